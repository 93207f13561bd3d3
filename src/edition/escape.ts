import { AppError } from '../error.ts'
import type { EditionSlot, SlotContext, SlotValues } from './edition.ts'
import { valueNamed } from './slot-names.ts'

/**
 * What stands in the message where `slot` stood, escaped for its context. Pure.
 * @throws AppError `invalid_input` when a URL is missing, or is neither https, nor http on loopback, nor mailto
 */
export function slotText(slot: EditionSlot, context: SlotContext, values: SlotValues): string {
  const value =
    slot.kind === 'url'
      ? requireUrl(slot.name, valueNamed(values, slot.name) ?? '')
      : oneLine(knownOf(slot.name, values) || slot.fallback)
  switch (context) {
    case 'html':
    case 'url':
      return escapeHtml(value)
    case 'url_part':
      return encodeURIComponent(value)
    case 'text':
    case 'header':
      return value
  }
}

/** Whether a conditional block shows its `shown` side to this recipient. */
export function choiceHolds(attribute: string, is: string | undefined, values: SlotValues): boolean {
  const value = knownOf(attribute, values)
  return is === undefined ? value !== '' : value === is
}

/** A value as it was typed; empty where nothing of it would be seen, so that blocks and fallbacks agree on who has one. */
function knownOf(name: string, values: SlotValues): string {
  const value = valueNamed(values, name) ?? ''
  return SEEN.test(value) ? value : ''
}

/** One line of plain characters: control characters and line separators become a space, lone surrogates U+FFFD. */
export function oneLine(text: string): string {
  return ODD.test(text) ? wellFormed(text.replace(BREAKS, ' ')) : text
}

/** `text` with every lone surrogate, which UTF-8 cannot carry, replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

/** Escapes what has a meaning in HTML text or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return MARKUP.test(text) ? text.replace(ALL_MARKUP, (character) => ENTITIES[character] ?? character) : text
}

const SEEN = /[^\s\p{Cc}\p{Cf}]/u
const ODD = /[\p{Cc}\u2028\u2029\ud800-\udfff]/u
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu
const MARKUP = /[&<>"']/
const ALL_MARKUP = /[&<>"']/g
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// A mail without a subject of its own, to one address.
const SAFE_MAILTO = /^mailto:[\w.+-]{1,64}@[a-z0-9.-]+$/i
// Only characters that RFC 3986 allows, so nothing in a URL can end an attribute, a header or a line; no user name.
const REST = String.raw`(?:[/?#][\w\-.~:/?#[\]@!$&'()*+,;=%]*)?`
const SAFE_URL = new RegExp(
  String.raw`^(?:https://[a-z0-9](?:[a-z0-9.-]*)(?::\d+)?|http://(?:localhost|[a-z0-9-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?)${REST}$`,
  'i',
)

function requireUrl(name: string, value: string): string {
  if (value === '') {
    throw new AppError('invalid_input', `The URL slot ${name} has no value; a message with a dead link is not made.`)
  }
  if (!SAFE_URL.test(value) && !SAFE_MAILTO.test(value)) {
    throw new AppError(
      'invalid_input',
      `The URL for slot ${name} must be https, or http on loopback, and fully encoded.`,
    )
  }
  return value
}
