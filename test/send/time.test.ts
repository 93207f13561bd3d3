import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isTimeZone, parseWhen } from '../../src/send/time.ts'

const now = new Date('2026-01-15T12:00:00Z')

function when(input: string, zone = 'Europe/Berlin', present = now) {
  return parseWhen(input, { now: present, zone })
}

function instant(text: string) {
  return { kind: 'instant', at: new Date(text) }
}

describe('a time that exists once', () => {
  test.each([
    ['now', '2026-01-15T12:00:00Z'],
    ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'],
    ['2026-12-01T09:00+01:00', '2026-12-01T08:00:00Z'],
    ['2026-12-01t09:00:30.250-0330', '2026-12-01T12:30:30.250Z'],
    ['2026-12-01T09:00', '2026-12-01T08:00:00Z'],
    [' 2026-12-01 09:00 ', '2026-12-01T08:00:00Z'],
    ['2026-07-01T09:00', '2026-07-01T07:00:00Z'],
    ['2026-12-01 09:00 America/New_York', '2026-12-01T14:00:00Z'],
    ['2026-12-01T09:00[Asia/Kathmandu]', '2026-12-01T03:15:00Z'],
    ['2028-02-29T09:00', '2028-02-29T08:00:00Z'],
  ])('%s is %s', (input, expected) => {
    expect(when(input)).toEqual(instant(expected))
  })
})

describe('clock changes', () => {
  test('refuses a local time that the clocks skip, with the first one after it', () => {
    expect(when('2026-03-29T02:30')).toEqual({
      kind: 'refused',
      reason: 'Clocks in Europe/Berlin go from 2026-03-29T02:00 to 2026-03-29T03:00, so there is no 2026-03-29T02:30.',
      nearest: ['2026-03-29T03:00+02:00'],
    })
    expect(when('2026-03-29T03:00+02:00')).toEqual(instant('2026-03-29T01:00:00Z'))
    expect(when('2026-03-29T01:59')).toEqual(instant('2026-03-29T00:59:00Z'))
  })

  test('takes the first of a local time that comes twice, and says so', () => {
    expect(when('2026-10-25T02:30')).toEqual({
      ...instant('2026-10-25T00:30:00Z'),
      note: 'Clocks go back in Europe/Berlin, so 2026-10-25T02:30 comes twice; taken is the first, 2026-10-25T02:30+02:00.',
    })
  })

  test('takes the second when the first is past', () => {
    expect(when('2026-10-25T02:30', 'Europe/Berlin', new Date('2026-10-25T00:45:00Z'))).toMatchObject(
      instant('2026-10-25T01:30:00Z'),
    )
  })
})

describe('a time that cannot be meant', () => {
  test('refuses the past, up to the last millisecond', () => {
    expect(when('2026-01-15T11:59:59.999Z')).toEqual({
      kind: 'refused',
      reason: 'That time is past.',
      nearest: ['now'],
    })
  })

  test('refuses what is more than ten years ahead', () => {
    expect(when('2036-01-15T12:00:00Z')).toEqual(instant('2036-01-15T12:00:00Z'))
    expect(when('2036-01-15T12:00:00.001Z')).toEqual({
      kind: 'refused',
      reason: 'That is more than 10 years ahead.',
      nearest: ['2036-01-15T12:00:00.000Z'],
    })
  })

  test.each([
    ['2026-02-29T09:00', '2026-02-28T09:00'],
    ['2026-13-01T09:00Z', '2026-12-01T09:00Z'],
    ['2026-04-00 09:00', '2026-04-01 09:00'],
  ])('refuses %s, a day that no calendar has, and offers %s', (input, nearest) => {
    expect(when(input)).toEqual({ kind: 'refused', reason: `There is no ${input.slice(0, 10)}.`, nearest: [nearest] })
  })

  test.each(['2026-12-01T24:00', '2026-12-01T09:60', '2026-12-01T09:00:60'])(
    'refuses %s, an hour that no clock shows',
    (input) => {
      expect(when(input)).toMatchObject({ kind: 'refused', nearest: [] })
    },
  )

  test.each([
    '',
    'tomorrow',
    '2026-12-01',
    '1.12.2026 09:00',
    '2026-12-01T9:00',
    '2026-12-01T09:00+99:00',
    '2026-12-01T09:00+01:00 Europe/Berlin',
  ])('refuses %j', (input) => {
    expect(when(input)).toMatchObject({ kind: 'refused', nearest: [] })
  })

  test.each([
    ['Europe/Berlinn', 'Did you mean Europe/Berlin?'],
    ['europe/berlin', 'Did you mean Europe/Berlin?'],
    ['Berlin', 'Did you mean Europe/Berlin?'],
    ['Mars/Olympus_Mons', 'Expected a name such as Europe/Berlin.'],
  ])('refuses the unknown zone %s', (zone, hint) => {
    expect(when('2026-12-01T09:00', zone)).toEqual({
      kind: 'refused',
      reason: `There is no time zone "${zone}". ${hint}`,
      nearest: [],
    })
  })
})

test('knows zones by their exact IANA names only', () => {
  expect(['UTC', 'Europe/Kyiv', 'Asia/Calcutta'].map(isTimeZone)).toEqual([true, true, true])
  expect(['europe/berlin', '+01:00', 'SYSTEM', 'Z', ''].map(isTimeZone)).toEqual([false, false, false, false, false])
})

const table = '../shared/samples/scheduling/local-to-utc.json'

describe.runIf(existsSync(table))('the table of local times around clock changes', () => {
  type Row = { zone: string; local: string; kind: string; utc: string[]; compatible: string }
  const rows: Row[] = existsSync(table) ? JSON.parse(readFileSync(table, 'utf8')) : []

  test.each(rows)('$local in $zone: $kind', ({ zone, local, utc, compatible }) => {
    const answer = when(local, zone, new Date(new Date(compatible).getTime() - 7 * 86_400_000))
    if (utc[0] !== undefined) expect(answer).toMatchObject(instant(utc[0]))
    else expect(answer).toMatchObject({ kind: 'refused', nearest: [expect.stringMatching(/^\d{4}-/)] })
  })
})
