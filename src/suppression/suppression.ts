import type { NewsletterId } from '../id.ts'

/** `provider`: the provider keeps the address on a list of its own, and does not say why. */
export type SuppressionReason = 'bounced' | 'complained' | 'manual' | 'erased' | 'provider'

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

/** A suppression that an operator took away. The address may be written to again, unless another one stands. */
export type LiftedSuppression = Suppression & {
  readonly liftedAt: Date
  readonly liftedBy: string
  readonly why: string | null
}
