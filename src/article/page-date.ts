/** What a line says about dates: a day (yyyy-mm-dd), or that it tries to and cannot be understood. */
export type PageDate =
  | { readonly kind: 'date'; readonly of: 'publishedAt' | 'updatedAt'; readonly day: string }
  | { readonly kind: 'unclear' }

const LABEL = /^(?:(published|posted)|(?:last )?(updated|modified))\b\s*(?:on\b|at\b|:)?\s*/i
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAY = '(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?'
const TIME = '(?:,? (?:at )?\\d{1,2}:\\d{2}.{0,20})?'
const FORMS = [
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:[T ].{0,30})?$/i,
  new RegExp(`^${WEEKDAY}(?<day>\\d{1,2})(?:st|nd|rd|th)? (?<month>[a-z]{3,9})\\.?,? (?<year>\\d{4})${TIME}$`, 'i'),
  new RegExp(`^${WEEKDAY}(?<month>[a-z]{3,9})\\.? (?<day>\\d{1,2})(?:st|nd|rd|th)?,? (?<year>\\d{4})${TIME}$`, 'i'),
]

/** Reads a whole line as a date of publication ("Published March 21, 2026", "2026-03-21"); undefined when it is none. */
export function pageDate(line: string): PageDate | undefined {
  if (line.length > 80) return undefined
  const label = LABEL.exec(line)
  const day = dayOf(line.slice(label?.[0].length ?? 0))
  if (day) return { kind: 'date', of: label?.[2] ? 'updatedAt' : 'publishedAt', day }
  // "Published a week late, the report …" is a sentence; "Published yesterday" is a label.
  return label && !/[.!?,]/.test(line) && /^.{0,40}$/.test(line) ? { kind: 'unclear' } : undefined
}

function dayOf(text: string): string | undefined {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find(Boolean)
  if (!parts) return undefined
  const { year = '', month = '', day = '' } = parts
  const number = /^\d/.test(month) ? Number(month) : MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1
  const iso = `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`
  const instant = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(iso) ? iso : undefined
}
