import type { Outcome } from '../src/outcome/outcome.ts'
import type { Progress, SendState } from '../src/send/send.ts'
import type { Accepted } from './sink.ts'

/** A delivery as the database has it in the end. */
export type DeliveryRow = {
  readonly id: string
  readonly send: string
  readonly outcome: Outcome
  readonly reason: string | null
}

/** A send as the database has it in the end, with the counts that Pressroom shows for it. */
export type SendRow = {
  readonly id: string
  readonly issue: string
  readonly state: SendState
  /** How many readers it ought to have; null where that is not known beforehand. */
  readonly readers: number | null
  readonly progress: Progress
}

/** What a world came to. Numbers are of recipients. */
export type Tally = {
  readonly recipients: number
  readonly accepted: number
  readonly refused: number
  readonly uncertain: number
  readonly skipped: number
  /** Readers that nobody accounts for, or recorded as accepted by somebody who has not got their message. */
  readonly lost: number
  /** Readers whose message was accepted more than once. */
  readonly duplicated: number
}

/** The books, closed: the tally, and everything in them that is not as promised, with ids. */
export type Ledger = { readonly tally: Tally; readonly findings: readonly string[] }

export type Books = {
  readonly sends: readonly SendRow[]
  readonly deliveries: readonly DeliveryRow[]
  readonly sink: Accepted
  /** The reasons for which a delivery may be uncertain here. Default: none may. */
  readonly mayBeUncertain?: readonly string[] | undefined
}

const NAMED_AT_MOST = 5

/** Holds the rows against what the other side took, recipient by recipient. */
export function closeBooks({ sends, deliveries, sink, mayBeUncertain = [] }: Books): Ledger {
  const taken = new Map(Object.entries(sink.byDelivery))
  const withOutcome = (outcome: Outcome) => deliveries.filter((row) => row.outcome === outcome)
  const idsOf = (rows: readonly DeliveryRow[]) => rows.map(({ id }) => id)
  const known = new Set(idsOf(deliveries))

  const open = deliveries.filter(({ outcome }) => outcome === 'planned' || outcome === 'submitting')
  const unsent = withOutcome('accepted').filter(({ id }) => !taken.has(id))
  const missing = sends.filter(({ readers, progress }) => readers !== null && progress.recipients < readers)
  const absent = missing.reduce((sum, { readers, progress }) => sum + ((readers ?? 0) - progress.recipients), 0)
  const repeated = [...taken].filter(([, times]) => times > 1).map(([id]) => id)
  const twice = readersWrittenTwice(sends, sink)

  const denied = deliveries.filter(({ id, outcome }) => taken.has(id) && ['refused', 'skipped'].includes(outcome))
  const unexplained = withOutcome('uncertain').filter(({ reason }) => !mayBeUncertain.includes(reason ?? ''))
  const findings = [
    finding('are still open', idsOf(open)),
    finding('are recorded as accepted and were never taken', idsOf(unsent)),
    finding('have fewer recipients than readers', idsOf2(missing)),
    finding('were accepted more than once', repeated),
    finding('(readers) were written to more than once about one issue', twice),
    finding('were taken and are recorded as refused or skipped', idsOf(denied)),
    finding(
      'were taken and are in no row',
      [...taken.keys()].filter((id) => !known.has(id)),
    ),
    finding(
      'are uncertain without need',
      unexplained.map(({ id, reason }) => `${id} (${reason})`),
    ),
    ...sends.map((send) => sumsOf(send, deliveries)),
  ].filter((one) => one !== undefined)
  const tally = {
    recipients: deliveries.length + absent,
    accepted: withOutcome('accepted').length,
    refused: withOutcome('refused').length,
    uncertain: withOutcome('uncertain').length,
    skipped: withOutcome('skipped').length,
    lost: open.length + unsent.length + absent,
    duplicated: Math.max(repeated.length, twice.length),
  }
  return { tally, findings }
}

function idsOf2(sends: readonly SendRow[]): readonly string[] {
  return sends.map(({ id }) => id)
}

/** An issue that is sent again must leave out whoever may have it. */
function readersWrittenTwice(sends: readonly SendRow[], sink: Accepted): readonly string[] {
  const issueOf = new Map(sends.map(({ id, issue }) => [id, issue]))
  const times = new Map<string, number>()
  for (const [reader, count] of Object.entries(sink.byReader)) {
    const [send = '', address] = reader.split(' ')
    const key = `${issueOf.get(send) ?? send} ${address}`
    times.set(key, (times.get(key) ?? 0) + count)
  }
  return [...times].filter(([, count]) => count > 1).map(([reader]) => reader)
}

/** The sum that has to add up, in the rows and in what people are shown of them. */
function sumsOf({ id, state, progress }: SendRow, deliveries: readonly DeliveryRow[]): string | undefined {
  const rows = deliveries.filter(({ send }) => send === id)
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length
  const { recipients, accepted, refused, uncertain, skipped } = progress
  const sum = accepted + refused + uncertain + skipped
  const agrees =
    recipients === rows.length &&
    accepted === count('accepted') &&
    refused === count('refused') &&
    uncertain === count('uncertain') &&
    skipped === count('skipped')
  if (agrees && sum === recipients && (state === 'sent' || state === 'cancelled')) return undefined
  return `Send ${id} is ${state}; its counts are ${JSON.stringify(progress)} of ${rows.length} rows.`
}

function finding(what: string, ids: readonly string[]): string | undefined {
  if (ids.length === 0) return undefined
  const more = ids.length > NAMED_AT_MOST ? ', …' : ''
  return `${ids.length} ${what}: ${ids.slice(0, NAMED_AT_MOST).join(', ')}${more}`
}
