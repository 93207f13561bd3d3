import type { ArticleProps, Inline, IssueProps, NewsletterProps, SingleProps } from '../../emails/props.ts'
import type { Template } from '../../emails/registry.ts'
import { sampleDigest, sampleIssue, sampleLetter, sampleNewsletter } from '../../emails/sample.ts'
import { languages, phrase, stringsFor } from '../../emails/strings.ts'
import { compileEdition } from '../../src/edition/compile.ts'
import type { Edition, Message, SlotValues } from '../../src/edition/edition.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import { postprocess } from '../../src/edition/postprocess.ts'
import { slotNames } from '../../src/edition/slot-names.ts'
import { NONCE, renderedPage, TEMPLATES } from './rendering.tsx'

export { languages }

export const ISSUES: Readonly<Record<string, IssueProps>> = {
  article: sampleIssue,
  digest: sampleDigest,
  letter: sampleLetter,
}
export const NOTICES = ['confirm-subscription', 'welcome', 'goodbye'] as const

/** The mail of a template of ours as it leaves: rendered, compiled, and filled for one reader. */
export async function finalMail(name: string, props: IssueProps | SingleProps, reader: SlotValues = ADA) {
  return filled(await editionOf(name, props), reader)
}

export async function editionOf(name: string, props: IssueProps | SingleProps): Promise<Edition> {
  const { page, text, declared } = await renderedPage(templateNamed(name), props)
  const { subject } = 'issue' in props ? props.issue : props
  const rendered = {
    template: name,
    locale: props.newsletter.locale,
    subject,
    html: postprocess(page),
    text,
    headers: [],
  }
  return compileEdition(rendered, { nonce: NONCE, declared })
}

const ADA: SlotValues = { first_name: 'Ada' }

/** Fills an edition; addresses are of a plausible length. */
export function filled(edition: Edition, reader: SlotValues): Message {
  const urls = slotNames(edition).urls.map((name) => [name, `https://news.example/${name}/${'k'.repeat(120)}`])
  return fillEdition(edition, { ...Object.fromEntries(urls), ...reader })
}

/** What a template sees in a newsletter of that language; articles keep theirs, so most are mixed. */
export function propsIn(name: string, locale: string): IssueProps | SingleProps {
  const newsletter = newsletterIn(locale)
  const issue = ISSUES[name]
  if (issue !== undefined) return { ...issue, newsletter, articles: locale === 'ar' ? arabic(issue) : issue.articles }
  const { subject, preheader } = templateNamed(name)
  const lines = { subject: subject?.({ newsletter }), preheader: preheader?.({ newsletter }) }
  return { newsletter, subject: lines.subject ?? '', preheader: lines.preheader ?? '' }
}

function templateNamed(name: string): Template {
  const template = TEMPLATES[name]
  if (template === undefined) throw new Error(`There is no template ${name}.`)
  return template
}

export function newsletterIn(locale: string): NewsletterProps {
  const strings = stringsFor(locale)
  const { name } = sampleNewsletter
  const dir = strings.dir === 'rtl' ? 'rtl' : 'ltr'
  return { ...sampleNewsletter, locale, dir, reason: phrase(strings.reason, { newsletter: name }) }
}

function arabic({ articles: [, ...others] }: IssueProps): IssueProps['articles'] {
  return [ARABIC, ...others]
}

/** An article with everything that has to be mirrored. */
export const ARABIC: ArticleProps = {
  url: 'https://harbour.example/ar/tide-gate',
  headline: 'بوابة المدّ التي تفتح وحدها',
  dek: 'يقرّر الحاجز الجديد في المرفأ متى يُغلق، ويريد مرشدو السفن أن تكون لهم كلمة.',
  kicker: 'هندسة',
  dateline: 'ميناء هيل',
  publishedText: '14 مايو 2026',
  readMinutes: 3,
  lang: 'ar',
  dir: 'rtl',
  byline: {
    name: 'ليلى منصور',
    bio: 'تكتب عن الموانئ والأنهار والآلات التي تفصل بينها.',
    avatar: 'https://harbour.example/pictures/layla.jpg',
    isAI: true,
  },
  perspective: { text: 'أنتِ ليلى منصور، صحفية تعمل بالذكاء الاصطناعي. اسألي من بنى، ومن يدفع، ومن ينام خلف الجدار.' },
  audio: {},
  hero: {
    src: 'https://harbour.example/pictures/gate.jpg',
    alt: 'بوابة المدّ مرفوعة',
    width: 1200,
    height: 675,
    caption: 'البوابة صباح الثلاثاء.',
  },
  blocks: [
    {
      type: 'paragraph',
      content: [
        text('في الرابعة وعشر دقائق من صباح الثلاثاء ارتفعت البوابة الفولاذية (tide gate) مترًا وأربعين سنتيمترًا'),
        { type: 'note', number: 1 },
        text('، '),
        { type: 'link', href: 'https://harbour.example/gauges', children: [text('والمقاييس متاحة للجميع')] },
        text('.'),
      ],
    },
    {
      type: 'quote',
      paragraphs: [[text('البوابة التي تُغلق وحدها قد تُغلق خلفك.')]],
      attribution: 'توم أفيريل، مرشد سفن',
    },
    { type: 'heading', level: 2, content: [text('أحد عشر مقياسًا وسبعة أصوات')] },
    {
      type: 'list',
      ordered: true,
      items: [[{ type: 'paragraph', content: [text('مقياس عالق، تغلبه أصوات المقاييس الأخرى؛')] }]],
    },
    {
      type: 'table',
      head: [[text('الشتاء')], [text('مرات الإغلاق')]],
      rows: [[[text('2023–24')], [text('9')]]],
      align: [null, 'right'],
    },
    { type: 'code', text: 'gate.close({ after: 7 })' },
  ],
  notes: [[{ type: 'paragraph', content: [text('سجلّ الحاجز، 12 مايو، من 04:10 إلى 09:52.')] }]],
  related: [{ headline: 'ماذا علّم فيضان 1987 المدينة', url: 'https://harbour.example/ar/flood' }],
}

function text(words: string): Inline {
  return { type: 'text', text: words }
}
