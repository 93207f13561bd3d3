import { type LocalDate, type LocalDateTime, LocalTime, YearMonth, ZoneId, ZoneOffset } from '@js-joda/core'
import { isTimeZone, similarZones } from './zones.ts'

export { isTimeZone }

/** When a send is due. `note` says what was chosen where the input left a choice. */
export type When =
  | { readonly kind: 'instant'; readonly at: Date; readonly note?: string }
  /** `nearest`: inputs close to what was asked for that would be taken, the closest first. */
  | { readonly kind: 'refused'; readonly reason: string; readonly nearest: readonly string[] }

/** What an input is read against: the present, and the zone in which times without an offset are meant. */
export type TimeContext = { readonly now: Date; readonly zone: string }

/**
 * Reads `now`; an ISO 8601 time with offset (`2026-12-01T09:00+01:00`, `…Z`); or a local time (`2026-12-01T09:00`, also
 * with a space), meant in `zone` unless it is followed by one (`2026-12-01 09:00 Europe/Berlin`). A local time that
 * comes twice means its first occurrence that is not past. Refused are times that are past or more than ten years
 * ahead, days and hours that no calendar has, unknown zones, and local times that the clocks skip.
 */
export function parseWhen(input: string, context: TimeContext): When {
  const text = input.trim()
  if (text === 'now') return { kind: 'instant', at: context.now }
  const parts = PATTERN.exec(text)?.groups
  const { date, time, offset, bracketed, named } = parts ?? {}
  if (date === undefined || time === undefined) return refused(`Expected "now" or a time such as ${EXAMPLE}.`)
  const day = readDay(date)
  if (day.kind === 'no_such_day') return refused(`There is no ${date}.`, text.replace(date, day.nearest))
  const clock = readClock(time)
  if (clock === undefined) return refused(`There is no ${time}: hours go from 00 to 23, minutes and seconds to 59.`)
  const local = day.date.atTime(clock)
  if (offset === undefined) return readInZone(local, bracketed ?? named ?? context.zone, context.now)
  const shift = readOffset(offset)
  return shift === undefined ? refused(`There is no offset ${offset}.`) : inReach(instantOf(local, shift), context.now)
}

const EXAMPLE = '2026-12-01T09:00+01:00 or 2026-12-01T09:00'
const MAX_YEARS_AHEAD = 10

// RFC 3339 with an optional offset, or a zone behind it, bare or in brackets as RFC 9557 writes it.
const PATTERN =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?:(?<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)|\[(?<bracketed>[^\]]+)\]|\s+(?<named>[A-Za-z]\S*))?$/

function readDay(text: string): { kind: 'day'; date: LocalDate } | { kind: 'no_such_day'; nearest: string } {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  const ofYear = YearMonth.of(year, Math.min(Math.max(month, 1), 12))
  const nearest = ofYear.atDay(Math.min(Math.max(day, 1), ofYear.lengthOfMonth()))
  return nearest.toString() === text ? { kind: 'day', date: nearest } : { kind: 'no_such_day', nearest: `${nearest}` }
}

function readClock(text: string): LocalTime | undefined {
  try {
    return LocalTime.parse(text)
  } catch {
    return undefined
  }
}

function readOffset(text: string): ZoneOffset | undefined {
  try {
    return ZoneOffset.of(text.toUpperCase())
  } catch {
    return undefined
  }
}

function readInZone(local: LocalDateTime, zone: string, now: Date): When {
  if (!isTimeZone(zone)) return unknownZone(zone)
  const rules = ZoneId.of(zone).rules()
  const offsets = rules.validOffsets(local)
  const [first, second] = offsets
  if (first === undefined) return skipped(local, zone, now)
  if (second === undefined) return inReach(instantOf(local, first), now)
  return comesTwice(local, zone, [first, second], now)
}

function comesTwice(local: LocalDateTime, zone: string, offsets: readonly [ZoneOffset, ZoneOffset], now: Date): When {
  const [first, second] = offsets
  const firstIsPast = instantOf(local, first) < now
  const when = inReach(instantOf(local, firstIsPast ? second : first), now)
  if (when.kind === 'refused') return when
  const chosen = firstIsPast
    ? `the second, ${local}${second}, because the first is past`
    : `the first, ${local}${first}`
  return { ...when, note: `Clocks go back in ${zone}, so ${local} comes twice; taken is ${chosen}.` }
}

function skipped(local: LocalDateTime, zone: string, now: Date): When {
  const gap = ZoneId.of(zone).rules().transition(local)
  const after = instantOf(gap.dateTimeAfter(), gap.offsetAfter())
  if (after < now) return past()
  const reason = `Clocks in ${zone} go from ${gap.dateTimeBefore()} to ${gap.dateTimeAfter()}, so there is no ${local}.`
  return refused(reason, `${gap.dateTimeAfter()}${gap.offsetAfter()}`)
}

function inReach(at: Date, now: Date): When {
  if (at < now) return past()
  const limit = new Date(now)
  limit.setUTCFullYear(limit.getUTCFullYear() + MAX_YEARS_AHEAD)
  if (at <= limit) return { kind: 'instant', at }
  return refused(`That is more than ${MAX_YEARS_AHEAD} years ahead.`, limit.toISOString())
}

function past(): When {
  return refused('That time is past.', 'now')
}

function instantOf(local: LocalDateTime, offset: ZoneOffset): Date {
  return new Date(local.toInstant(offset).toEpochMilli())
}

function unknownZone(zone: string): When {
  const similar = similarZones(zone)
  const hint = similar.length === 0 ? 'Expected a name such as Europe/Berlin.' : `Did you mean ${similar.join(' or ')}?`
  return refused(`There is no time zone ${JSON.stringify(zone.slice(0, 64))}. ${hint}`)
}

function refused(reason: string, ...nearest: readonly string[]): When {
  return { kind: 'refused', reason, nearest }
}
