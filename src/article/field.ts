import { z } from 'zod'
import { balanced, hrefOf, isHttps, MAX_URL_LENGTH, withoutControls } from './clean.ts'
import { ASSET } from './pictures.ts'

/** Text on one line: trimmed, white space and line ends become single spaces. `min` 0 lets it be empty. */
export function line(max: number, min = 1) {
  return z
    .string()
    .overwrite((text) => collapse(text).trim())
    .min(min, 'expected some text, found none')
    .max(max)
}

/** A stretch of running text inside a paragraph: like `line`, but the spaces at its ends count. */
export function prose(max: number) {
  return z.string().overwrite(collapse).min(1, 'expected some text, found none').max(max)
}

/** Text whose lines and tabs are kept: source code, or a prompt. Blank lines at its ends go. */
export function lines(max: number) {
  return z
    .string()
    .overwrite((text) =>
      balanced(withoutControls(text))
        .trimEnd()
        .replace(/^(?:[ \t]*\n)+/, ''),
    )
    .min(1, 'expected some text, found none')
    .max(max)
}

/** An absolute https address, in the form a browser gives it. */
export const httpsUrl = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine((text) => isHttps(hrefOf(text)), 'expected an https address such as https://example.com/page')
  .overwrite((text) => hrefOf(text) ?? text)

/** Where a picture is: an https address, or a picture that Pressroom keeps. */
export const pictureUrl = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine(
    (text) => ASSET.test(text) || isHttps(hrefOf(text)),
    'expected an https address such as https://example.com/picture.jpg',
  )
  .overwrite((text) => (ASSET.test(text) ? text : (hrefOf(text) ?? text)))

/** Where a link may lead: https or mailto. */
export const linkHref = z
  .string()
  .max(MAX_URL_LENGTH)
  .refine((text) => hrefOf(text) !== null, 'expected an https or mailto address')
  .overwrite((text) => hrefOf(text) ?? text)

/** A BCP 47 tag, brought to its canonical form. */
export const languageTag = z
  .string()
  .refine((tag) => canonicalTag(tag) !== null, 'expected a language tag such as en or pt-BR')
  .overwrite((tag) => canonicalTag(tag) ?? tag)

/** An instant with its offset, brought to UTC; a date alone stands for its noon in UTC, the same day nearly everywhere. */
export const instant = z
  .string()
  .refine(
    (text) => instantOf(text) !== null,
    'expected a date such as 2026-03-21, or a time with its offset such as 2026-03-21T07:30:00+01:00',
  )
  .overwrite((text) => instantOf(text) ?? text)

const RIGHT_TO_LEFT_SCRIPTS = new Set(['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa'])

/** The direction in which a language's usual script is written; unknown tags read left to right. */
export function directionOf(lang: string): 'ltr' | 'rtl' {
  const tag = canonicalTag(lang)
  if (tag === null) return 'ltr'
  return RIGHT_TO_LEFT_SCRIPTS.has(new Intl.Locale(tag).maximize().script ?? '') ? 'rtl' : 'ltr'
}

function collapse(text: string): string {
  return balanced(withoutControls(text).replace(/[ \t\n\u2028\u2029]+/g, ' '))
}

function canonicalTag(tag: string): string | null {
  if (tag.length > 60) return null
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null
  } catch {
    return null
  }
}

const INSTANT =
  /^(?<day>\d{4}-\d{2}-\d{2})(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(?<zone>Z|[+-]\d{1,2}(?::?\d{2})?))?$/i

function instantOf(text: string): string | null {
  const parts = INSTANT.exec(text.trim())?.groups
  if (!parts) return null
  const { day = '', time = '12:00', zone = 'Z' } = parts
  // Date.parse lets 30 February run on into March.
  const midnight = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return null
  const at = new Date(`${day}T${time}${isoZone(zone)}`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

function isoZone(zone: string): string {
  const [, sign = '', hours = '', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? []
  return sign ? `${sign}${hours.padStart(2, '0')}:${minutes}` : 'Z'
}
