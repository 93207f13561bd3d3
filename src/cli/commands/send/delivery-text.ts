import { shown } from '../../table.ts'

/** A delivery, as the API tells it. */
export type Delivery = {
  readonly id: string
  readonly address: string | null
  readonly outcome: string
  readonly reason: string | null
  readonly fate: string | null
}

/** What planning deliveries again came to, as the API tells it. */
export type Resent = {
  readonly deliveries: number
  readonly received: number
  readonly underWay: number
  readonly state: string | null
}

export const DELIVERY_COLUMNS = [
  { title: 'ID', value: ({ id }: Delivery) => id },
  { title: 'ADDRESS', value: ({ address }: Delivery) => address },
  { title: 'OUTCOME', value: ({ outcome }: Delivery) => outcome },
  { title: 'REASON', value: ({ reason }: Delivery) => reason },
  { title: 'FATE', value: ({ fate }: Delivery) => fate },
]

/** What planning again came to, in sentences. */
export function resentText(id: string, { deliveries, received, underWay, state }: Resent, isDryRun: boolean): string {
  const done = isDryRun ? 'would be written to again' : 'will be written to again'
  const lines = [`${readers(deliveries)} ${done}.`]
  if (received > 0) lines.push(`Left out: ${readers(received)}, who have or may have the issue from another send.`)
  if (underWay > 0)
    lines.push(`Left out: ${readers(underWay)}, whose batch is in the provider's hands. Try again later.`)
  if (!isDryRun && deliveries > 0 && state === 'paused') lines.push(`To go on: pressroom send resume ${id}`)
  if (!isDryRun && deliveries > 0 && state === 'sending') lines.push(`To see it go out: pressroom send watch ${id}`)
  return lines.join('\n')
}

/** So many readers, in words. */
export function readers(count: number): string {
  return `${shown(count)} ${count === 1 ? 'reader' : 'readers'}`
}
