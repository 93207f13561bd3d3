import { Instant, LocalDate, ZoneId } from '@js-joda/core'
import { isTimeZone } from '../send/zones.ts'

/** How far ahead a pause may end. */
const MOST_DAYS = 366

/** The days on which a pause may end, `YYYY-MM-DD`, as a reader in that zone counts them: from tomorrow on. */
export function pauseDays(now: Date, zone: string): { readonly first: string; readonly last: string } {
  const today = LocalDate.ofInstant(Instant.ofEpochMilli(now.getTime()), zoneOf(zone))
  return { first: today.plusDays(1).toString(), last: today.plusDays(MOST_DAYS).toString() }
}

/** The moment at which that day begins in the zone; null when it is none on which a pause may end. */
export function pauseEnd(day: string, now: Date, zone: string): Date | null {
  const { first, last } = pauseDays(now, zone)
  const date = readDay(day)
  if (date === null || day < first || day > last) return null
  return new Date(date.atStartOfDay(zoneOf(zone)).toInstant().toEpochMilli())
}

function readDay(text: string): LocalDate | null {
  try {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? LocalDate.parse(text) : null
  } catch {
    return null
  }
}

function zoneOf(name: string): ZoneId {
  return ZoneId.of(isTimeZone(name) ? name : 'UTC')
}
