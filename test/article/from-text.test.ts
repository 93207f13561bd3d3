import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readArticle } from '../../src/article/read.ts'
import { paragraph, refusal } from './sources.ts'

const LINES = [
  'Harbour Town Votes',
  'A narrow result.',
  'AI Journalist: Maren Holt',
  'Energy correspondent.',
  'View Journalist’s Editorial Perspective',
  '"You are Maren Holt. Be fair."',
  'Listen to Article',
  'Click play to generate audio',
  '',
  'The last box was opened late.',
  'It changed the result.',
]

const ARTICLE = {
  headline: 'Harbour Town Votes',
  dek: 'A narrow result.',
  lang: 'en',
  dir: 'ltr',
  byline: { name: 'Maren Holt', bio: 'Energy correspondent.', isAI: true },
  perspective: { text: 'You are Maren Holt. Be fair.' },
  audio: {},
  blocks: [paragraph('The last box was opened late.'), paragraph('It changed the result.')],
  related: [],
}

function read(lines: readonly string[]) {
  return readArticle({ text: lines.join('\n'), kind: 'text' })
}

/** The sample page without the lines that hold one of `texts`. */
function without(...texts: string[]): string[] {
  return LINES.filter((line) => !texts.some((text) => line.includes(text)))
}

describe('a page pasted as text', () => {
  test('becomes headline, dek, AI byline, bio, perspective, listen marker and body', async () => {
    expect(await read(LINES)).toEqual({ article: ARTICLE, warnings: [] })
  })

  test.each([
    ['CRLF line ends', LINES.join('\r\n')],
    ['CR line ends', LINES.join('\r')],
    ['a byte order mark', `\uFEFF${LINES.join('\n')}`],
    ['a blank line after every line', LINES.join('\n\n')],
    ['spaces around every line', LINES.map((line) => `  ${line}\t`).join('\n')],
    ['blank lines at the start', `\n\n${LINES.join('\n')}`],
    ['a straight apostrophe in the label', LINES.join('\n').replace('’', "'")],
    ['labels in capitals and with a colon', LINES.join('\n').replace('Listen to Article', 'LISTEN TO ARTICLE:')],
    ['curly quotes around the prompt', LINES.join('\n').replace('"You', '“You').replace('fair."', 'fair.”')],
    ['no quotes around the prompt', LINES.join('\n').replaceAll('"', '')],
    ['the name on a line of its own', LINES.join('\n').replace('Journalist: ', 'Journalist:\n')],
    ['control characters in between', LINES.join('\n').replace('Maren', 'Mar\u0000en\u0085')],
    [
      'page labels before and after',
      `Skip to main content\n${LINES.join('\n')}\nShare this article\nAdvertisement\nRead more…`,
    ],
    ['page labels in the middle', LINES.join('\n').replace('It changed', 'Advertisement\n3 min read\nIt changed')],
  ])('reads the same with %s', async (_, text) => {
    expect(await readArticle({ text, kind: 'text' })).toEqual({ article: ARTICLE, warnings: [] })
  })

  test('needs neither dek, bio, perspective nor listen label', async () => {
    const { article, warnings } = await read(['Harbour Town Votes', 'By Ana Pavić', '', 'It did.', 'Twice.'])
    expect({ article, warnings }).toEqual({
      article: {
        headline: 'Harbour Town Votes',
        lang: 'en',
        dir: 'ltr',
        byline: { name: 'Ana Pavić', isAI: false },
        blocks: [paragraph('It did.'), paragraph('Twice.')],
        related: [],
      },
      warnings: [],
    })
  })

  test.each(['Ana Pavić', 'Dr. Ana Pavić', 'J. K. Arn', 'A.B. Arn and Ida Tolland'])(
    'knows the byline By %s',
    async (name) => {
      expect((await read(['Harbour Town Votes', `By ${name}`, '', 'It did.'])).article.byline).toEqual({
        name,
        isAI: false,
      })
    },
  )

  test('has no audio without a listen label', async () => {
    expect((await read(without('Listen', 'Click'))).article).toEqual({ ...ARTICLE, audio: undefined })
  })

  test('has no bio when a label follows the name', async () => {
    const byline = { name: 'Maren Holt', isAI: true }
    expect((await read(without('Energy'))).article).toEqual({ ...ARTICLE, byline })
  })

  test('says when the perspective label has no prompt under it', async () => {
    const { article, warnings } = await read(without('You are'))
    expect(article).toEqual({ ...ARTICLE, perspective: undefined })
    expect(warnings).toEqual([{ where: 'line 5', message: 'no editorial perspective found under its label' }])
  })

  test('takes a prompt of several lines up to its closing quote', async () => {
    const { article } = await read(
      LINES.flatMap((line) => (line.startsWith('"') ? ['"You are Maren.', '', 'Be fair."'] : [line])),
    )
    expect(article.perspective).toEqual({ text: 'You are Maren.\nBe fair.' })
    expect(article.blocks).toEqual(ARTICLE.blocks)
  })

  test('takes only the first line of a prompt whose quote is never closed', async () => {
    const { article } = await read(LINES.map((line) => line.replace('fair."', 'fair.')))
    expect(article).toEqual(ARTICLE)
  })

  test('keeps quotes inside the prompt', async () => {
    const { article } = await read(LINES.map((line) => line.replace('Be fair.', 'Say “no” and "yes".')))
    expect(article.perspective).toEqual({ text: 'You are Maren Holt. Say “no” and "yes".' })
  })

  test('takes a short line that clings to the name for the bio, and says so', async () => {
    const { article, warnings } = await read([
      'Harbour Town Votes',
      'By Ana Pavić',
      'Writes about ports.',
      '',
      'It did.',
    ])
    expect(article.byline).toEqual({ name: 'Ana Pavić', bio: 'Writes about ports.', isAI: false })
    expect(warnings).toEqual([
      { where: 'line 3', message: 'taken for the journalist’s bio, as it stands right under the name' },
    ])
  })

  test('keeps sentences that begin like a label', async () => {
    const body = [
      'Listen to article 5 of the charter, she said.',
      'Read more books.',
      'By Tuesday it was over.',
      'Share this article of faith.',
    ]
    expect((await read([...LINES, ...body])).article.blocks).toEqual([...ARTICLE.blocks, ...body.map(paragraph)])
  })

  test.each([
    ['Published March 21, 2026', { publishedAt: '2026-03-21T12:00:00.000Z' }],
    ['Published on Saturday, 21 March 2026 at 7:30 AM', { publishedAt: '2026-03-21T12:00:00.000Z' }],
    ['2026-03-21', { publishedAt: '2026-03-21T12:00:00.000Z' }],
    ['Last updated: 21st Mar 2026', { updatedAt: '2026-03-21T12:00:00.000Z' }],
  ])('takes the line %j for a date', async (line, dates) => {
    const at = LINES.indexOf('AI Journalist: Maren Holt')
    expect((await read(LINES.toSpliced(at, 0, line))).article).toEqual({ ...ARTICLE, ...dates })
    expect((await read(LINES.toSpliced(at + 1, 0, line))).article).toEqual({ ...ARTICLE, ...dates })
    expect((await read(LINES.toSpliced(9, 0, line))).article).toEqual({ ...ARTICLE, ...dates })
  })

  test('leaves out a date nobody can read, with a warning', async () => {
    const { article, warnings } = await read(LINES.toSpliced(2, 0, 'Published 31 February 2026'))
    expect(article).toEqual(ARTICLE)
    expect(warnings).toEqual([
      { where: 'line 3', message: 'date left out: expected one such as 21 March 2026 or 2026-03-21' },
    ])
  })

  test('keeps a dek that begins with Published', async () => {
    const dek = 'Published a week late, the report names nobody.'
    expect((await read(LINES.with(1, dek))).article.dek).toBe(dek)
  })
})

describe('a pasted page is refused', () => {
  test.each([
    ['nothing', '', ['line 1: expected an article, found nothing']],
    ['white space', ' \n\t\r\n', ['line 1: expected an article, found nothing']],
    [
      'no headline',
      without('Harbour', 'narrow').join('\n'),
      ['line 1: expected the headline, found a label of the page'],
    ],
    [
      'no byline',
      'Harbour Town Votes\n\nIt did.\nTwice.',
      ['line 3: expected a line "AI Journalist: NAME" or "By NAME" soon after the headline, found none'],
    ],
    ['no body', without('box', 'changed').join('\n'), ['line 9: expected a body, found none']],
    [
      'an empty name',
      'Harbour Town Votes\nAI Journalist:',
      ['line 2: expected some text, found none', 'line 3: expected a body, found none'],
    ],
    [
      'a headline that is a paragraph',
      LINES.with(0, 'x'.repeat(301)).join('\n'),
      ['line 1: expected at most 300 characters, found 301'],
    ],
    [
      'a paragraph without end',
      LINES.with(10, 'x'.repeat(20_001)).join('\n'),
      ['line 11: expected at most 20,000 characters, found 20,001'],
    ],
    [
      'too many paragraphs',
      [...LINES, ...Array<string>(1_999).fill('x')].join('\n'),
      ['blocks: expected at most 2,000 entries, found 2,001'],
    ],
  ])('with %s, by line', async (_, text, problems) => {
    expect(await refusal({ text, kind: 'text' })).toEqual({ code: 'invalid_input', problems })
  })

  test('not at the edges of the limits', async () => {
    const lines = [...LINES.with(0, 'x'.repeat(300)).with(10, 'x'.repeat(20_000)), ...Array<string>(1_998).fill('x')]
    expect((await read(lines)).article.blocks).toHaveLength(2_000)
  })
})

test('the sample article reads without a warning', async () => {
  const bytes = readFileSync('examples/articles/harbour-vote.txt')
  const { article, warnings } = await readArticle({ bytes, name: 'harbour-vote.txt' })
  expect(warnings).toEqual([])
  expect({
    ...article,
    blocks: article.blocks.length,
    dek: article.dek?.slice(0, 16),
    perspective: article.perspective?.text.slice(0, 18),
  }).toEqual({
    headline: 'Skerrow Votes to Build Its Own Tidal Power Station, by 41 Ballots',
    dek: 'After two winter',
    lang: 'en',
    dir: 'ltr',
    byline: {
      name: 'Maren Holt',
      bio: 'Energy and coastal affairs correspondent, covering how small communities make, share and pay for power.',
      isAI: true,
    },
    perspective: 'You are Maren Holt',
    audio: {},
    blocks: 9,
    related: [],
  })
})

const FIRST = '../shared/articles/security-guarantees.txt'

test.runIf(existsSync(FIRST))('the first publisher’s article loses its labels and nothing else', async () => {
  const bytes = readFileSync(FIRST)
  const { article, warnings } = await readArticle({ bytes, name: FIRST })
  const lines = bytes.toString('utf8').trim().split('\n')
  expect(warnings).toEqual([])
  expect(article).toEqual({
    headline: lines[0],
    dek: lines[1],
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Dr. Elena Rodriguez', bio: lines[3], isAI: true },
    perspective: { text: lines[5]?.slice(1, -1) },
    audio: {},
    blocks: lines.slice(9).map(paragraph),
    related: [],
  })
})
