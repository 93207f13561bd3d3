import { describe, expect, test } from 'vitest'
import { type Books, closeBooks, type DeliveryRow, type SendRow } from '../../chaos/ledger.ts'

const NOTHING = { refused: 0, uncertain: 0, skipped: 0, lost: 0, duplicated: 0 }

describe('the books of a world', () => {
  test('are in order when everybody who was accepted has their message once', () => {
    expect(closeBooks(books())).toEqual({ tally: { recipients: 2, accepted: 2, ...NOTHING }, findings: [] })
  })

  test('tell a message that was accepted twice', () => {
    const { tally, findings } = closeBooks(books({ taken: { a: 1, b: 2 } }))
    expect(tally).toEqual({ recipients: 2, accepted: 2, ...NOTHING, duplicated: 1 })
    expect(findings).toEqual(['1 were accepted more than once: b'])
  })

  test('tell a reader who was written to under two ids', () => {
    const byReader = { 's1 ada@example.com': 1, 's2 ada@example.com': 1 }
    const { tally, findings } = closeBooks({
      ...books(),
      sends: [send('s1'), send('s2', { recipients: 0, accepted: 0 })],
      sink: { messages: 2, byDelivery: { a: 1, b: 1 }, byReader },
    })
    expect(tally.duplicated).toBe(1)
    expect(findings).toEqual(['1 (readers) were written to more than once about one issue: i1 ada@example.com'])
  })

  test('tell a message that is recorded as accepted and was never taken', () => {
    const { tally, findings } = closeBooks(books({ taken: { a: 1 } }))
    expect(tally.lost).toBe(1)
    expect(findings).toEqual(['1 are recorded as accepted and were never taken: b'])
  })

  test('tell a reader who is still waiting, and one who is in no row', () => {
    const { tally } = closeBooks(books({ rows: [row('a'), row('b', 'planned')], accepted: 1, readers: 3 }))
    expect(tally).toEqual({ recipients: 3, accepted: 1, ...NOTHING, lost: 2 })
  })

  test('tell a message that was taken and is recorded as refused', () => {
    const { findings } = closeBooks(books({ rows: [row('a'), row('b', 'refused')], accepted: 1, refused: 1 }))
    expect(findings).toEqual(['1 were taken and are recorded as refused or skipped: b'])
  })

  test('tell a message that was taken and is in no row', () => {
    const { findings } = closeBooks(books({ taken: { a: 1, b: 1, c: 1 } }))
    expect(findings).toEqual(['1 were taken and are in no row: c'])
  })

  test('allow a doubt only for the reasons that a scenario has', () => {
    const doubtful = books({ rows: [row('a'), row('b', 'uncertain', 'too_old')], accepted: 1, uncertain: 1 })
    expect(closeBooks(doubtful).findings).toEqual(['1 are uncertain without need: b (too_old)'])
    expect(closeBooks({ ...doubtful, mayBeUncertain: ['too_old'] }).findings).toEqual([])
  })

  test('tell counts that are not those of the rows', () => {
    const { findings } = closeBooks(books({ accepted: 1, skipped: 1 }))
    expect(findings).toEqual([expect.stringMatching(/^Send s1 is sent; its counts are .* of 2 rows\.$/)])
  })
})

type Differing = {
  readonly rows?: readonly DeliveryRow[]
  readonly taken?: Readonly<Record<string, number>>
  readonly readers?: number
} & Partial<SendRow['progress']>

/** A send of two, both accepted and taken once, and what differs from that. */
function books({ rows, taken, readers = 2, ...counts }: Differing = {}): Books {
  return {
    sends: [{ ...send('s1', counts), readers }],
    deliveries: rows ?? [row('a'), row('b')],
    sink: { messages: 2, byDelivery: taken ?? { a: 1, b: 1 }, byReader: {} },
  }
}

function send(id: string, counts: Partial<SendRow['progress']> = {}): SendRow {
  const progress = { recipients: 2, accepted: 2, refused: 0, uncertain: 0, skipped: 0, open: 0, ...counts }
  return { id, issue: 'i1', state: 'sent', readers: null, progress }
}

function row(id: string, outcome: DeliveryRow['outcome'] = 'accepted', reason: string | null = null): DeliveryRow {
  return { id, send: 's1', outcome, reason }
}
