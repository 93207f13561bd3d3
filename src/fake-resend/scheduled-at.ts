const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY }
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i
const IN = /^in (an?|\d{1,6}) ?(s|sec|second|m|min|minute|h|hr|hour|d|day|w|week)s?$/
const ON = /^(today|tomorrow|(?:next )?[a-z]+day)(?:(?: at)? (\d{1,2})(?::(\d{2}))? ?(am|pm)?)?(?: (?:utc|gmt))?$/

/** Resend's page about scheduling, 2026. */
const LONGEST_MS = 30 * DAY

/** What a time has to be, in an error's words. */
export const SCHEDULE_EXPECTED = 'It must be a date in ISO 8601 format or a time in words, at most 30 days ahead.'

/**
 * Reads a `scheduled_at`: ISO 8601, or words such as `in 1 min`, `tomorrow at 9am` and `friday at 15:30`. Times are
 * UTC unless the text says otherwise; one that has gone by means at once. Undefined when it is no time, or one more
 * than 30 days ahead.
 */
export function readScheduledAt(text: string, now: Date): Date | undefined {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  const at = ISO.test(words) ? isoDate(words) : (inWords(words, now) ?? onDay(words, now))
  const aheadMs = at === undefined ? Number.NaN : at.getTime() - now.getTime()
  return aheadMs <= LONGEST_MS ? at : undefined
}

function isoDate(words: string): Date {
  const isLocal = words.includes('t') && !/(z|[+-]\d{2}:?\d{2})$/.test(words)
  return new Date(isLocal ? `${words}z` : words)
}

function inWords(words: string, now: Date): Date | undefined {
  const [, count, unit] = IN.exec(words) ?? []
  if (count === undefined || unit === undefined) return undefined
  return new Date(now.getTime() + (count.startsWith('a') ? 1 : Number(count)) * (UNIT_MS[unit.charAt(0)] ?? 0))
}

function onDay(words: string, now: Date): Date | undefined {
  const [, day, hour, minute = '0', half] = ON.exec(words) ?? []
  const ahead = day === undefined ? undefined : daysAhead(day, now)
  if (ahead === undefined) return undefined
  const at = new Date(now.getTime() + ahead * DAY)
  if (hour === undefined) return at
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'pm' ? 12 : 0)
  if (hours > 23 || Number(minute) > 59) return undefined
  return new Date(at.setUTCHours(hours, Number(minute), 0, 0))
}

function daysAhead(day: string, now: Date): number | undefined {
  if (day === 'today') return 0
  if (day === 'tomorrow') return 1
  const wanted = WEEKDAYS.indexOf(day.replace('next ', ''))
  return wanted < 0 ? undefined : ((wanted - now.getUTCDay() + 6) % 7) + 1
}
