import { join } from 'node:path'

/** The file of a delivery's mail. */
export function fileOf(dir: string, deliveryId: string): string {
  return join(dir, `${deliveryId}.eml`)
}
