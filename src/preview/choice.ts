import { z } from 'zod'

/** What is looked at, as the address of the page says it; `values` are slots filled by hand, before the reader's. */
export type Choice = z.output<typeof choiceSchema> & { readonly values: Readonly<Record<string, string>> }

/** How it is looked at: nothing of it changes the mail. */
export type Appearance = z.output<typeof appearanceSchema>

// An address that somebody kept must still open when what it names is gone: the page then says what there is.
const choiceSchema = z.object({
  template: z.string().catch('article'),
  /** The name of a file; empty: the template's own sample. */
  article: z.string().catch(''),
  /** Whether the other articles of the folders follow it in the issue. */
  others: z.literal('follow').optional().catch(undefined),
  extent: z.enum(['full', 'excerpt']).optional().catch(undefined),
  reader: z.string().catch('ada'),
  /** Empty: the reader's, where mail has its sentences in it, else the newsletter's. */
  language: z.string().catch(''),
})

const appearanceSchema = z.object({
  scheme: z.enum(['light', 'dark', 'inverted', 'outlook']).catch('light'),
  /** Drawn in their size, as by a client that blocks them, or fetched from where they lie. */
  pictures: z.enum(['drawn', 'off', 'web']).catch('drawn'),
  styles: z.enum(['on', 'off']).catch('on'),
})

/** Reads the parameters of an address; what cannot be read is as if it were not there. Slots are `slot.NAME=value`. */
export function readChoice(query: Readonly<Record<string, unknown>>): Choice {
  const slots = Object.entries(query).flatMap(([name, value]) =>
    name.startsWith(SLOT) && typeof value === 'string' ? [[name.slice(SLOT.length), value]] : [],
  )
  return { ...choiceSchema.parse(query), values: Object.fromEntries(slots) }
}

const SLOT = 'slot.'

export function readAppearance(query: Readonly<Record<string, unknown>>): Appearance {
  return appearanceSchema.parse(query)
}
