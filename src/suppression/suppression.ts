import type { NewsletterId } from '../id.ts'

export type SuppressionReason = 'bounced' | 'complained' | 'manual' | 'erased'

/** An address never to be written to; `newsletterId` null: by no newsletter. */
export type Suppression = {
  readonly id: string
  readonly addressKey: string
  readonly newsletterId: NewsletterId | null
  readonly reason: SuppressionReason
  /** Who or what said so. */
  readonly source: string
  readonly createdAt: Date
}
