import { z } from 'zod'
import { httpsUrl, instant, languageTag, line, lines, linkHref, pictureUrl, prose } from './field.ts'

/** A stretch of running text. A link's `href` is https or mailto, always absolute. */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'strong' | 'em' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly type: 'break' }
  /** Refers to the article's note of that number; the first is 1. */
  | { readonly type: 'note'; readonly number: number }

/** A picture by its https address, or as one that Pressroom keeps (`asset:<sha256>.png`); sizes are in CSS pixels. An empty `alt` marks it as decoration. */
export type Picture = {
  readonly src: string
  readonly alt: string
  readonly caption?: string
  readonly width?: number
  readonly height?: number
}

/** One block of an article's body. Every row of a table has as many cells as its head. */
export type Block =
  | { readonly type: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: 2 | 3 | 4; readonly content: readonly Inline[] }
  | { readonly type: 'quote'; readonly paragraphs: readonly (readonly Inline[])[]; readonly attribution?: string }
  | {
      readonly type: 'list'
      readonly ordered: boolean
      readonly start?: number
      readonly items: readonly (readonly Block[])[]
    }
  | ({ readonly type: 'image' } & Picture)
  | { readonly type: 'rule' }
  | {
      readonly type: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
      readonly align?: readonly ('left' | 'center' | 'right' | null)[]
    }
  | { readonly type: 'code'; readonly text: string; readonly language?: string }

/** Who wrote it; `isAI` is said to the reader in words. */
export type Byline = {
  readonly name: string
  readonly url?: string
  readonly bio?: string
  readonly avatar?: string
  readonly isAI: boolean
}

/**
 * One piece of writing that came in, cleaned to blocks: no markup, no scripts, no control characters, links and
 * pictures over https only. Instants are ISO 8601 in UTC. `audio` without a `url` marks an article the web view
 * reads aloud.
 */
export type Article = {
  readonly url?: string
  readonly headline: string
  readonly dek?: string
  readonly kicker?: string
  readonly dateline?: string
  readonly publishedAt?: string
  readonly updatedAt?: string
  /** BCP 47 tag in its canonical form. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly byline: Byline
  /** The prompt an AI journalist works under, shown to the reader. */
  readonly perspective?: { readonly text: string; readonly url?: string }
  readonly audio?: { readonly url?: string; readonly durationSeconds?: number }
  readonly hero?: Picture & { readonly credit?: string }
  readonly blocks: readonly Block[]
  /** What the notes in the text refer to, in the order of their numbers. */
  readonly notes?: readonly (readonly Block[])[]
  readonly related: readonly { readonly headline: string; readonly url: string }[]
}

/** The most bytes of a source that are read at all. */
export const MAX_ARTICLE_BYTES = 1_048_576
/** The most blocks at the top level of an article; a list's items hold at most 200 each. */
export const MAX_BLOCKS = 2_000
/** The most notes of an article. */
export const MAX_NOTES = 500
/** How deep objects and arrays of an article may nest: enough for lists in lists in lists, with marked-up text. */
export const MAX_DEPTH = 40

const inline: z.ZodType<Inline> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: prose(20_000) }),
  z.strictObject({
    type: z.enum(['strong', 'em', 'strike']),
    get children() {
      return z.array(inline).max(1_000)
    },
  }),
  z.strictObject({ type: z.literal('code'), text: prose(20_000) }),
  z.strictObject({
    type: z.literal('link'),
    href: linkHref,
    get children() {
      return z.array(inline).max(1_000)
    },
  }),
  z.strictObject({ type: z.literal('break') }),
  z.strictObject({ type: z.literal('note'), number: z.int().min(1).max(MAX_NOTES) }),
])
const inlines = z.array(inline).max(5_000)
const inlinesNotEmpty = inlines.min(1, 'expected at least one piece of text')
const pixels = z.int().min(1).max(20_000)

const picture = {
  src: pictureUrl,
  alt: line(1_000, 0).default(''),
  caption: line(1_000).optional(),
  width: pixels.optional(),
  height: pixels.optional(),
}

const tableBlock = z
  .strictObject({
    type: z.literal('table'),
    head: z.array(inlines).min(1).max(20),
    rows: z.array(z.array(inlines)).max(500),
    align: z.array(z.enum(['left', 'center', 'right']).nullable()).optional(),
  })
  .superRefine((table, context) => {
    const columns = table.head.length
    const say = (path: (string | number)[], found: number) =>
      context.addIssue({ code: 'custom', path, message: `expected ${columns} cells like the head, found ${found}` })
    table.rows.forEach((row, index) => {
      if (row.length !== columns) say(['rows', index], row.length)
    })
    if (table.align && table.align.length !== columns) say(['align'], table.align.length)
  })

const block: z.ZodType<Block> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('paragraph'), content: inlinesNotEmpty }),
  z.strictObject({ type: z.literal('heading'), level: z.literal([2, 3, 4]), content: inlinesNotEmpty }),
  z.strictObject({
    type: z.literal('quote'),
    paragraphs: z.array(inlinesNotEmpty).min(1).max(100),
    attribution: line(300).optional(),
  }),
  z.strictObject({
    type: z.literal('list'),
    ordered: z.boolean(),
    start: z.int().min(0).max(999_999_999).optional(),
    get items() {
      return z.array(z.array(block).min(1).max(200)).min(1).max(1_000)
    },
  }),
  z.strictObject({ type: z.literal('image'), ...picture }),
  z.strictObject({ type: z.literal('rule') }),
  tableBlock,
  z.strictObject({ type: z.literal('code'), text: lines(50_000), language: line(40).optional() }),
])

/**
 * The shape of a complete Article; keys that are not its own are refused. Parsing cleans while it checks: control
 * characters and broken surrogates go, white space in running text becomes single spaces, instants become UTC.
 * Bidirectional and zero-width characters stay, because names and languages need them.
 */
export const articleSchema: z.ZodType<Article> = z.strictObject({
  url: httpsUrl.optional(),
  headline: line(300),
  dek: line(1_000).optional(),
  kicker: line(100).optional(),
  dateline: line(120).optional(),
  publishedAt: instant.optional(),
  updatedAt: instant.optional(),
  lang: languageTag,
  dir: z.enum(['ltr', 'rtl']),
  byline: z.strictObject({
    name: line(120),
    url: httpsUrl.optional(),
    bio: line(1_000).optional(),
    avatar: pictureUrl.optional(),
    isAI: z.boolean().default(false),
  }),
  perspective: z.strictObject({ text: lines(20_000), url: httpsUrl.optional() }).optional(),
  audio: z
    .strictObject({ url: httpsUrl.optional(), durationSeconds: z.number().positive().max(86_400).optional() })
    .optional(),
  hero: z.strictObject({ ...picture, credit: line(300).optional() }).optional(),
  blocks: z.array(block).min(1, 'expected a body, found none').max(MAX_BLOCKS),
  notes: z.array(z.array(block).min(1).max(50)).max(MAX_NOTES).optional(),
  related: z
    .array(z.strictObject({ headline: line(300), url: httpsUrl }))
    .max(20)
    .default([]),
})
