import { z } from 'zod'
import { brandingProps } from './branding.ts'
import { href, webUrl } from './web-url.ts'

export { type Branding, brandingProps } from './branding.ts'
export { href, webUrl } from './web-url.ts'

// What a template sees. Pressroom maps its articles to these shapes; nothing else reaches React.

export type Direction = 'ltr' | 'rtl'

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'strong' | 'em' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly type: 'break' }
  /** Points at the article's note of that number; the first is 1. */
  | { readonly type: 'note'; readonly number: number }

export type Picture = {
  readonly src: string
  readonly alt: string
  readonly caption?: string
  readonly width?: number
  readonly height?: number
}

export type ColumnAlign = 'left' | 'center' | 'right' | null

export type Block =
  | { readonly type: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly type: 'heading'; readonly level: 2 | 3 | 4; readonly content: readonly Inline[] }
  | QuoteBlock
  | ListBlock
  | ({ readonly type: 'image' } & Picture)
  | { readonly type: 'rule' }
  | TableBlock
  | { readonly type: 'code'; readonly text: string; readonly language?: string }

export type QuoteBlock = {
  readonly type: 'quote'
  readonly paragraphs: readonly (readonly Inline[])[]
  readonly attribution?: string
}

export type ListBlock = {
  readonly type: 'list'
  readonly ordered: boolean
  readonly start?: number
  readonly items: readonly (readonly Block[])[]
}

export type TableBlock = {
  readonly type: 'table'
  readonly head: readonly (readonly Inline[])[]
  readonly rows: readonly (readonly (readonly Inline[])[])[]
  readonly align?: readonly ColumnAlign[]
}

const text = z.string()
const words = z.string().trim().min(1)
const direction = z.enum(['ltr', 'rtl'])

/** Checks a piece of running text. */
export const inline: z.ZodType<Inline> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text }),
    z.object({ type: z.enum(['strong', 'em', 'strike']), children: z.array(inline) }),
    z.object({ type: z.literal('code'), text }),
    z.object({ type: z.literal('link'), href, children: z.array(inline) }),
    z.object({ type: z.literal('break') }),
    z.object({ type: z.literal('note'), number: z.int().positive() }),
  ]),
)

const line = z.array(inline)

const picture = z.object({
  src: webUrl,
  alt: text,
  caption: words.optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
})

/** Checks a block of an article's body. */
export const block: z.ZodType<Block> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('paragraph'), content: line }),
    z.object({
      type: z.literal('heading'),
      level: z.union([z.literal(2), z.literal(3), z.literal(4)]),
      content: line,
    }),
    z.object({ type: z.literal('quote'), paragraphs: z.array(line).min(1), attribution: words.optional() }),
    z.object({
      type: z.literal('list'),
      ordered: z.boolean(),
      start: z.int().optional(),
      items: z.array(z.array(block)),
    }),
    picture.extend({ type: z.literal('image') }),
    z.object({ type: z.literal('rule') }),
    z.object({
      type: z.literal('table'),
      head: z.array(line),
      rows: z.array(z.array(line)),
      align: z.array(z.enum(['left', 'center', 'right']).nullable()).optional(),
    }),
    z.object({ type: z.literal('code'), text, language: words.optional() }),
  ]),
)

/** One article, with every date already written out for readers. */
export const articleProps = z.object({
  url: webUrl.optional(),
  headline: words,
  dek: words.optional(),
  kicker: words.optional(),
  dateline: words.optional(),
  publishedText: words.optional(),
  updatedText: words.optional(),
  readMinutes: z.int().positive(),
  lang: words,
  dir: direction,
  byline: z.object({
    name: words,
    url: webUrl.optional(),
    bio: words.optional(),
    avatar: webUrl.optional(),
    isAI: z.boolean(),
  }),
  perspective: z.object({ text: words, url: webUrl.optional() }).optional(),
  audio: z.object({ url: webUrl.optional(), durationSeconds: z.number().positive().optional() }).optional(),
  hero: picture.extend({ credit: words.optional() }).optional(),
  blocks: z.array(block),
  /** What the notes in the text say, in the order of their numbers. */
  notes: z.array(z.array(block)).optional(),
  related: z.array(z.object({ headline: words, url: webUrl })),
})

/** The newsletter a mail belongs to; `reason` is the sentence that says why the reader gets it. */
export const newsletterProps = z.object({
  name: words,
  senderName: words,
  postalAddress: words,
  homepage: webUrl.optional(),
  locale: words,
  dir: direction,
  reason: words,
  branding: brandingProps.optional(),
})

/** What a template of kind `issue` gets: one article or more, the first of which leads. */
export const issueProps = z.object({
  newsletter: newsletterProps,
  issue: z.object({
    subject: words,
    preheader: words,
    number: z.int().positive().optional(),
    date: words.optional(),
    /** How much of an article the mail shows; each template has its own habit. */
    excerpt: z.enum(['full', 'excerpt']).optional(),
  }),
  articles: z.tuple([articleProps], articleProps),
})

/** What a template of kind `single` gets: a mail to one reader, such as the request to confirm a subscription. */
export const singleProps = z.object({ newsletter: newsletterProps, subject: words, preheader: words })

export type ArticleProps = z.infer<typeof articleProps>
export type NewsletterProps = z.infer<typeof newsletterProps>
export type IssueProps = z.infer<typeof issueProps>
export type SingleProps = z.infer<typeof singleProps>
