import { expect } from 'vitest'
import type { DeliveryId, SendId } from '../../src/id.ts'
import type { Evidence } from '../../src/outcome/outcome.ts'
import type { MessageAnswer } from '../../src/provider/provider.ts'
import { type ResentDeliveries, resendMissing, resendUncertain } from '../../src/send/resend.ts'
import { sweep } from '../../src/send/sweep.ts'
import type { MissingKind } from '../../src/store/operator.ts'
import type { TestDatabase } from '../support/database.ts'
import { deliverInTime, type Sending } from '../support/sending.ts'

export const ACTOR = 'key test'
export const refused: MessageAnswer = { kind: 'refused', reason: 'mailbox unavailable' }
export const uncertain: MessageAnswer = { kind: 'uncertain', reason: 'answer_lost' }
export const accepted: MessageAnswer = { kind: 'accepted', providerMessageId: 'm-1' }

/** Sends an issue to everybody; the messages of its first batch are answered as told, the others accepted. */
export async function sendAnswered(sending: Sending, messages: readonly MessageAnswer[]): Promise<SendId> {
  const send = await sending.prepared()
  sending.provider.script.push({ kind: 'answered', messages })
  await finish(sending)
  return send
}

/** Delivers what is due, and sweeps. */
export async function finish(sending: Sending): Promise<void> {
  await deliverInTime(sending)
  await sweep(sending)
}

/** The ids of those who are without the mail, in order. */
export async function idsOf(sending: Sending, of: SendId | null, kind: MissingKind): Promise<readonly DeliveryId[]> {
  const { rows } = await sending.store.operator.missing({ of, kind, limit: 1_000 })
  return rows.map(({ id }) => id)
}

export function resendAll(
  sending: Sending,
  of: SendId | null,
  how: { readonly reason?: string; readonly dryRun?: boolean } = {},
): Promise<ResentDeliveries> {
  return resendMissing(sending, of, { dryRun: false, ...how }, ACTOR)
}

export function resendDoubtful(
  sending: Sending,
  of: SendId | null,
  chosen: readonly DeliveryId[] | 'all' = 'all',
): Promise<ResentDeliveries> {
  return resendUncertain(sending, of, { chosen, dryRun: false }, ACTOR)
}

/** A proof that comes late, whoever brings it. */
export function proofOf(deliveryId: DeliveryId): Evidence {
  return { kind: 'accepted', deliveryId, address: 'reader@example.com', providerMessageId: `late-${deliveryId}` }
}

/** Says what is wrong with the sums: counters of batches against rows, and recipients of sends against outcomes. */
export async function expectSumsRight({ pool }: TestDatabase): Promise<void> {
  const counters = await pool.query(
    `select batch.id
     from batch
     left join delivery on delivery.batch_id = batch.id
     group by batch.id
     having (batch.accepted, batch.refused, batch.uncertain, batch.skipped) is distinct from
       (count(*) filter (where outcome = 'accepted'), count(*) filter (where outcome = 'refused'),
        count(*) filter (where outcome = 'uncertain'), count(*) filter (where outcome = 'skipped'))`,
  )
  const sums = await pool.query(
    `select send.id
     from send
     where state = 'sent' and recipients <>
       (select sum(accepted + refused + uncertain + skipped) from batch where send_id = send.id)`,
  )
  expect({ counters: counters.rows, sums: sums.rows }).toEqual({ counters: [], sums: [] })
}
