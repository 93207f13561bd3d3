import { z } from 'zod'

// C0, DEL and C1 controls, and the Unicode line and paragraph separators: nothing that belongs into one line of text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

// Anything but separators, controls, invisible formatting and unassigned characters.
const VISIBLE = /[^\p{Z}\p{C}]/u

/** Whether `text` could break a line or a header apart. */
export function hasControlCharacter(text: string): boolean {
  return CONTROL.test(text)
}

/** One line of text that can be seen, trimmed, of at most `max` characters, without any control character or line break. */
export function singleLine(max: number) {
  return z
    .string()
    .trim()
    .min(1, { error: 'expected some text', abort: true })
    .refine((text) => VISIBLE.test(text), 'expected some text')
    .max(max)
    .refine((text) => !hasControlCharacter(text), 'expected one line without control characters')
    .refine((text) => text.isWellFormed(), 'expected whole Unicode characters')
}
