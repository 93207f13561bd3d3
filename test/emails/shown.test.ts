import { describe, expect, test } from 'vitest'
import type { ArticleProps, Block, Inline, IssueProps } from '../../emails/props.ts'
import { sampleIssue } from '../../emails/sample.ts'
import { HTML_LIMIT, planOf, shownOf, TEXT_LIMIT } from '../../emails/shown.ts'
import { blockBytes, frameBytes, storyBytes, textBytes } from '../../emails/size.ts'
import { finalMail } from './mails.ts'
import { articleTemplate, issueWith, paragraph, rendered, shownText, words } from './rendering.tsx'

const LINK: Inline = { type: 'link', href: 'https://harbour.example/a?b=1&c=2', children: words('a "link" & more') }
const RICH: readonly Inline[] = [
  ...words('Some <text> with '),
  { type: 'strong', children: [{ type: 'em', children: words('marks') }] },
  LINK,
  { type: 'code', text: 'x < y' },
  { type: 'note', number: 1 },
  { type: 'break' },
]
const KINDS: readonly Block[] = [
  { type: 'paragraph', content: RICH },
  { type: 'heading', level: 2, content: words('A heading') },
  { type: 'heading', level: 4, content: words('A heading') },
  { type: 'quote', paragraphs: [RICH, RICH], attribution: 'Tom Averill' },
  { type: 'list', ordered: true, start: 3, items: [[paragraph('one')], [paragraph('two'), paragraph('three')]] },
  { type: 'image', src: 'https://pics.example/a.jpg', alt: 'A gate', caption: 'Closed.', width: 1200, height: 800 },
  { type: 'rule' },
  { type: 'table', head: [words('a'), words('b')], rows: [[RICH, words('2')]], align: ['left', 'right'] },
  { type: 'code', text: 'if (a < b) {\n  c()\n}' },
]

const bytes = async (changes: Partial<ArticleProps>) =>
  Buffer.byteLength((await rendered(articleTemplate, issueWith(changes))).html)

describe('an estimate of size', () => {
  test.each(KINDS)('of a $type is what it takes, and not twice as much', async (block) => {
    const taken = (await bytes({ blocks: [paragraph('x'), block] })) - (await bytes({ blocks: [paragraph('x')] }))
    expect(blockBytes(block)).toBeGreaterThanOrEqual(taken)
    expect(blockBytes(block)).toBeLessThan(2 * taken)
  })

  test('of a text counts bytes and entities', () => {
    expect(textBytes('é')).toBe(2)
    expect(textBytes('<&>"\'')).toBe(4 + 5 + 4 + 6 + 6)
  })

  test('of what stands around the text is what it takes', async () => {
    const [lead, ferry] = sampleIssue.articles
    const hero = { src: 'https://pics.example/a.jpg', alt: 'A gate', caption: 'Closed.', width: 1200, height: 800 }
    const full: ArticleProps = { ...lead, hero, byline: { ...lead.byline, avatar: hero.src }, blocks: [paragraph('x')] }
    const bare = await bytes({ byline: { name: 'A', isAI: false }, headline: 'B', blocks: [paragraph('x')] })
    expect(frameBytes(full)).toBeGreaterThanOrEqual((await bytes(full)) - bare)
    expect(frameBytes(full)).toBeLessThan(2 * ((await bytes(full)) - bare))

    const story = { ...(ferry ?? lead), kicker: 'Travel', hero }
    const issue = (rows: number): IssueProps => ({ ...sampleIssue, articles: [full, ...Array(rows).fill(story)] })
    const of = async (rows: number) => Buffer.byteLength((await rendered(articleTemplate, issue(rows))).html)
    const row = (await of(2)) - (await of(1))
    expect(storyBytes(story)).toBeGreaterThanOrEqual(row)
    expect(storyBytes(story)).toBeLessThan(2 * row)
  })
})

const LONG = Array.from({ length: 400 }, (_, index) =>
  paragraph(`Paragraph ${index}. ${'The water “rose” & fell again. '.repeat(24)}`),
)

describe('an article too long for a mail', () => {
  test.each([
    ['many paragraphs', LONG],
    ['one endless paragraph', [paragraph('The water rose & fell. '.repeat(50_000))]],
    ['one endless word', [paragraph('x'.repeat(1_000_000))]],
    ['a text of three bytes a character', [paragraph('潮位は上がり、また下がった。'.repeat(20_000))]],
    ['one endless list', [{ type: 'list', ordered: false, items: LONG.map((item) => [item]) } as const]],
    ['one endless table', [{ type: 'table', head: [words('a')], rows: LONG.map(() => [RICH, RICH]) } as const]],
    [
      'one endless quotation',
      [{ type: 'quote', paragraphs: LONG.map(() => RICH.concat(words('y'.repeat(500)))) } as const],
    ],
    ['one endless program', [{ type: 'code', text: 'let x = "<>"\n'.repeat(50_000) } as const]],
  ])('is cut when it is %s: the filled mail stays under 80 KB, says so and leads on', async (_, blocks: Block[]) => {
    const mail = await finalMail('article', issueWith({ url: 'https://harbour.example/long', blocks }))
    expect(Buffer.byteLength(mail.html)).toBeLessThan(HTML_LIMIT)
    expect(Buffer.byteLength(mail.html)).toBeGreaterThan(HTML_LIMIT / 3)
    expect(mail.html).toContain('This is only the beginning: the article is longer than fits in a mail.')
    expect(mail.html).toMatch(/<a href="https:\/\/harbour.example\/long" aria-label="Continue reading: The tide gate"/)
    expect(Buffer.byteLength(mail.text)).toBeLessThan(TEXT_LIMIT)
  })

  test('is cut between paragraphs, and whole in the text part as long as that is not endless', async () => {
    const blocks = LONG.slice(0, 150)
    const mail = await finalMail('article', issueWith({ blocks }))
    expect(shownText(mail.html)).toMatch(/fell again\. \s*This is only the beginning/)
    expect(mail.text).toContain('Paragraph 149.')
    expect(mail.text).not.toContain('only the beginning')
  })

  test('does not end with a heading, a rule or a colon', () => {
    const heading: Block = { type: 'heading', level: 2, content: words('And then') }
    const blocks: Block[] = [paragraph('One.'), heading, paragraph('Three things:'), { type: 'rule' }, ...LONG]
    const article = issueWith({ blocks }).articles[0]
    expect(shownOf(article, 'full', 1200).blocks).toEqual([paragraph('One.')])
    expect(shownOf(article, 'full', 0)).toEqual({ kind: 'cut', blocks: [], notes: [] })
  })
})

describe('an excerpt', () => {
  const three = [paragraph('One.'), paragraph('Two.'), paragraph('Three.')]
  const article = issueWith({ blocks: [...three, paragraph('Four.')] }).articles[0]

  test('is three paragraphs with what stands between them', () => {
    expect(shownOf(article, 'excerpt', 10_000)).toEqual({ kind: 'excerpt', blocks: three, notes: [] })
  })

  test('ends before a section rather than with its first words', () => {
    const heading: Block = { type: 'heading', level: 2, content: words('Next') }
    const blocks = [paragraph('One.'), paragraph('Two.'), heading, paragraph('Three.'), paragraph('Four.')]
    expect(shownOf({ ...article, blocks }, 'excerpt', 10_000).blocks).toEqual(blocks.slice(0, 2))
  })

  test('of an article that is no longer than that is the whole', () => {
    expect(shownOf({ ...article, blocks: three }, 'excerpt', 10_000).kind).toBe('whole')
  })

  test('leads on in both parts, and says nothing of a mail that is too long', async () => {
    const props = issueWith({ url: 'https://harbour.example/on', blocks: [...three, paragraph('Four.')] })
    const { html, text } = await rendered(articleTemplate, { ...props, issue: { ...props.issue, excerpt: 'excerpt' } })
    expect(html).not.toContain('Four.')
    expect(text).not.toContain('Four.')
    expect(html).toContain('<a href="https://harbour.example/on"')
    expect(text).toContain('Three.\n\nContinue reading: https://harbour.example/on\n')
    expect(html + text).not.toContain('only the beginning')
  })
})

describe('notes', () => {
  const note = (number: number): Inline => ({ type: 'note', number })
  const blocks: Block[] = [
    { type: 'paragraph', content: [...words('One'), note(1), ...words('.')] },
    { type: 'quote', paragraphs: [[...words('Two'), note(2)]] },
    paragraph('Three.'),
    paragraph('Four.'),
    { type: 'paragraph', content: [...words('Five'), note(3)] },
  ]
  const notes = ['First.', 'Second.', 'Third.'].map((text) => [paragraph(text)])

  test('follow the text under their numbers, in both parts', async () => {
    const { html, text } = await rendered(articleTemplate, issueWith({ blocks, notes }))
    expect(html).toMatch(/One<sup style="[^"]*">1<\/sup>\./)
    expect(shownText(html)).toMatch(/Notes\s*1\.First\.\s*2\.Second\.\s*3\.Third\./)
    expect(text).toContain('One[1].')
    expect(text).toContain('Notes\n\n[1] First.\n\n[2] Second.\n\n[3] Third.\n')
  })

  test('that an excerpt does not mention are left out of it', () => {
    const shown = shownOf(issueWith({ blocks, notes }).articles[0], 'excerpt', 20_000)
    expect(shown.notes.map(({ number }) => number)).toEqual([1, 2])
  })
})

describe('an issue of many articles', () => {
  const many = (count: number): IssueProps => {
    const [lead, ferry] = sampleIssue.articles
    return { ...sampleIssue, articles: [lead, ...Array(count).fill(ferry)] }
  }

  test('shows all of twenty rows', () => {
    expect(planOf(many(20), 'excerpt')).toMatchObject({ hidden: 0 })
    expect(planOf(many(20), 'excerpt').others).toHaveLength(20)
  })

  test('says how many of two hundred there was no room for, and stays under 80 KB', async () => {
    const { hidden } = planOf(many(200), 'excerpt')
    expect(hidden).toBeGreaterThan(100)
    const { html } = await finalMail('digest', many(200))
    expect(Buffer.byteLength(html)).toBeLessThan(HTML_LIMIT)
    expect(shownText(html)).toContain(`${hidden} more articles in this issue`)
  })
})
