import { existsSync, readFileSync } from 'node:fs'
import { type DefaultTreeAdapterTypes, parse } from 'parse5'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Article } from '../../src/article/article.ts'
import { type ArticleKind, readArticle } from '../../src/article/read.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import { issueProps, type NewsletterFacts } from '../../src/edition/props.ts'
import { renderEdition } from '../../src/edition/render.ts'
import { loadTemplates, type TemplateSet } from '../../src/edition/templates.ts'
import { AppError } from '../../src/error.ts'
import { defaultLines } from '../../src/issue/lines.ts'
import { LINKS, MARKUP, UNICODE } from '../article/hostile-strings.ts'
import { TEST_CACHE } from '../edition/rendering.ts'

// Whatever comes in as an article, what goes out is a mail: rendered, compiled and filled as for a send.

let templates: TemplateSet
beforeAll(async () => {
  templates = await loadTemplates({ cacheDir: TEST_CACHE })
})

const NEWSLETTER: NewsletterFacts = {
  name: 'Tides',
  fromName: 'Tides',
  postalAddress: '4 Quay Street, Port Hale',
  homepage: null,
  locale: 'en',
  timeZone: 'UTC',
}
const LINKS_OF_READER = Object.fromEntries(
  ['view', 'unsubscribe', 'preferences'].map((name) => [name, `https://news.example/${name}`]),
)

async function mailOf(article: Article, template = 'article') {
  const props = issueProps(NEWSLETTER, defaultLines(article), [article])
  const edition = await renderEdition({ template: templates.get(template), props, locale: 'en' })
  return fillEdition(edition, LINKS_OF_READER)
}

/** What is in a mail that must not be there. */
function dangersIn({
  subject,
  html,
  text,
}: {
  readonly subject: string
  readonly html: string
  readonly text: string
}) {
  const errors: string[] = []
  const page = parse(html, {
    onParseError: ({ code, startLine, startCol }) => errors.push(`${code} ${startLine}:${startCol}`),
  })
  const found: string[] = []
  const waiting: DefaultTreeAdapterTypes.Node[] = [page]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ('tagName' in node) found.push(...dangersOf(node))
    if ('value' in node && isUnbalanced(node.value)) found.push(`text that turns what follows: ${node.value}`)
    if ('childNodes' in node) waiting.push(...node.childNodes)
  }
  const lines = [subject, ...text.split('\n')].filter(isUnbalanced)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff]/u.exec(subject + html + text)
  return [...errors, ...found, ...lines, ...(controls ? [`control ${JSON.stringify(controls[0])}`] : [])]
}

const ELEMENTS = new Set([
  ...['html', 'head', 'meta', 'title', 'style', 'body', 'div', 'table', 'thead', 'tbody', 'tr', 'td', 'th', 'p', 'a'],
  ...['span', 'img', 'h1', 'h2', 'h3', 'h4', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'strong', 'em', 's', 'sup'],
  ...['br', 'hr', 'b', 'i', 'caption'],
])
const ATTRIBUTES =
  /^(?:style|class|dir|lang|role|href|src|alt|width|height|title|align|valign|border|cellpadding|cellspacing|start|id|content|name|http-equiv|charset|scope|bgcolor|target|colspan|aria-[a-z]+|data-[a-z-]+)$/

function dangersOf({ tagName, attrs }: DefaultTreeAdapterTypes.Element): string[] {
  const found = ELEMENTS.has(tagName) ? [] : [`<${tagName}>`]
  for (const { name, value } of attrs) {
    if (!ATTRIBUTES.test(name)) found.push(`<${tagName} ${name}="${value}">`)
    if ((name === 'href' || name === 'src') && !/^(?:https:\/\/|mailto:)/.test(value)) found.push(`${name} ${value}`)
    if (name === 'style' && /url\(|expression|javascript|@import|position:\s*fixed/i.test(value)) found.push(value)
    if (name === 'http-equiv' && value.toLowerCase() === 'refresh') found.push('refresh')
    if (isUnbalanced(value)) found.push(`attribute that turns what follows: ${value}`)
  }
  return found
}

/** Whether a text leaves an embedding, override or isolate of writing direction open, or ends one it did not begin. */
function isUnbalanced(text: string): boolean {
  let [embeddings, isolates] = [0, 0]
  for (const mark of text.match(/[\u202a-\u202e\u2066-\u2069]/g) ?? []) {
    if (mark === '\u202c') embeddings -= 1
    else if (mark === '\u2069') isolates -= 1
    else if (mark >= '\u2066') isolates += 1
    else embeddings += 1
    if (embeddings < 0 || isolates < 0) return true
  }
  return embeddings !== 0 || isolates !== 0
}

const front = (headline: string) =>
  `---\nheadline: ${JSON.stringify(headline)}\ndek: ${JSON.stringify(headline)}\nauthor: ${JSON.stringify(headline.slice(0, 40))}\n---\n\n`
const words = (text: string) => ({ type: 'text', text })

/** The same text as Markdown, as JSON and as a pasted page: as headline, name and body. */
function formsOf(text: string): readonly { readonly kind: ArticleKind; readonly text: string }[] {
  const line = text.replace(/\s+/g, ' ').slice(0, 280) || 'x'
  const quote = { type: 'quote', paragraphs: [[words(text)]], attribution: line }
  const image = { type: 'image', src: 'https://ok.example/a.png', alt: text.slice(0, 900), caption: text.slice(0, 900) }
  const blocks = [{ type: 'paragraph', content: [words(text)] }, { type: 'code', text }, quote, image]
  const json = {
    headline: line,
    byline: { name: line.slice(0, 100), bio: line, isAI: true },
    perspective: { text },
    blocks,
  }
  return [
    { kind: 'markdown', text: `${front(line)}Begin.\n\n${text}\n\n> ${text}\n\n- ${text}\n` },
    { kind: 'json', text: JSON.stringify(json) },
    { kind: 'text', text: `${line}\n\nAI Journalist: Ana\n${line}\n\n${text}\n\nThe end.\n` },
  ]
}

async function dangersFrom(source: { readonly kind: ArticleKind; readonly text: string }): Promise<readonly string[]> {
  let article: Article
  try {
    article = (await readArticle(source)).article
  } catch (error) {
    // Saying what is wrong is as good as cleaning it.
    if (error instanceof AppError && error.code === 'invalid_input') return []
    throw error
  }
  return dangersIn(await mailOf(article))
}

describe('a hostile article becomes a mail with nothing in it but an article', () => {
  test.each([...MARKUP, ...LINKS, ...UNICODE].map((text) => [JSON.stringify(text.slice(0, 60)), text]))(
    '%s',
    async (_, text = '') => {
      for (const form of formsOf(text)) expect([form.kind, await dangersFrom(form)]).toEqual([form.kind, []])
    },
  )

  test('also when made of anything whatever', async () => {
    const random = randomFrom(20_260_523)
    const pieces = [...MARKUP, ...LINKS, ...UNICODE, ...MARKS]
    for (let round = 0; round < 60; round++) {
      const text = Array.from({ length: 1 + random(12) }, () => {
        const piece = pieces[random(pieces.length)] ?? ''
        const from = random(4) === 0 ? random(piece.length) : 0
        return piece.slice(from, random(4) === 0 ? from + random(piece.length) : undefined)
      }).join(SEPARATORS[random(SEPARATORS.length)])
      const form = formsOf(text)[round % 3]
      if (form !== undefined) expect([text, await dangersFrom(form)]).toEqual([text, []])
    }
  }, 120_000)

  test('in every template of ours that shows articles', async () => {
    const source = formsOf([...MARKUP, ...UNICODE].join('\n\n'))[0]
    if (source === undefined) throw new Error('There is no source.')
    const { article } = await readArticle(source)
    const shown = templates.names.filter((name) => templates.get(name).kind === 'issue')
    expect(shown.length).toBeGreaterThan(2)
    for (const name of shown) expect([name, dangersIn(await mailOf(article, name))]).toEqual([name, []])
  })

  test('and a megabyte of it is refused or cut down to a mail', async () => {
    const part = `Text ${MARKUP.join(' ')}\n\n`
    const many = `${front('Long')}${part.repeat(Math.floor(1_000_000 / part.length))}`
    const { article } = await readArticle({ kind: 'markdown', text: many })
    expect(
      await dangersFrom({ kind: 'markdown', text: `${front('Long')}${'<p onclick=x()>a</p>\n\n'.repeat(45_000)}` }),
    ).toEqual([])
    const mail = await mailOf(article)
    expect(dangersIn(mail)).toEqual([])
    expect(Buffer.byteLength(mail.html)).toBeLessThan(100_000)
  }, 120_000)
})

const MARKS = [
  '# ',
  '> ',
  '- ',
  '1. ',
  '```\n',
  '|a|b|\n|-|-|\n|',
  '**',
  '*',
  '_',
  '`',
  '[^1]',
  '\n[^1]: ',
  '---',
  '![',
  '](',
  '\\',
  '    ',
  '~~',
]
const SEPARATORS = ['', ' ', '\n', '\n\n', '\n> ', '\n\n- ', '|']

/** A source of whole numbers below a limit, the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return below === 0 ? 0 : Math.floor((state / 2 ** 32) * below)
  }
}

const SAMPLES = '../shared/samples'

describe.runIf(existsSync(SAMPLES))('and so do the attacks that others have collected', () => {
  const read = <Row>(file: string, text: (row: Row) => string): string[] =>
    existsSync(SAMPLES) ? JSON.parse(readFileSync(`${SAMPLES}/${file}`, 'utf8')).map(text) : []

  test.each([
    ['on sanitisers of HTML', read<{ payload: string }>('markdown/hostile-html.json', ({ payload }) => payload)],
    [
      'on parsers of Markdown',
      read<{ markdown: string }>('markdown/markdown-it-cases.json', ({ markdown }) => markdown),
    ],
    ['on everything that takes a string', read<string>('hostile-strings/naughty-strings.json', String)],
  ])(
    '%s',
    async (_, texts) => {
      expect(texts.length).toBeGreaterThan(10)
      // Twenty in one article, each in its own paragraph; what is refused together is tried alone.
      for (let from = 0; from < texts.length; from += 20) {
        const some = texts.slice(from, from + 20)
        const markdown = { kind: 'markdown', text: `${front(some[0] ?? 'x')}Begin.\n\n${some.join('\n\n')}\n` } as const
        const blocks = some
          .filter((text) => text.trim() !== '')
          .map((text) => ({ type: 'paragraph', content: [words(text)] }))
        const json = { kind: 'json', text: JSON.stringify({ headline: 'H', byline: 'A', blocks }) } as const
        for (const form of [markdown, json]) expect([from, await dangersFrom(form)]).toEqual([from, []])
      }
    },
    120_000,
  )
})
