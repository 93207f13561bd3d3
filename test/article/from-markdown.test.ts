import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Inline } from '../../src/article/article.ts'
import { blocksFromMarkdown } from '../../src/article/from-markdown.ts'
import { readArticle } from '../../src/article/read.ts'
import { plainText } from '../../src/article/text.ts'
import { blocksOf, markdown, paragraph, refusal, warningsOf } from './sources.ts'

/** How many marks stand inside each other at most. */
function marksAround(inlines: readonly Inline[]): number {
  return Math.max(0, ...inlines.map((inline) => ('children' in inline ? 1 + marksAround(inline.children) : 0)))
}

const text = (words: string) => ({ type: 'text', text: words })

describe('front matter', () => {
  test('gives every field, short forms included', async () => {
    const source = `---
url: https://example.com/tide
headline: The tide turns
dek: At last.
kicker: Coast
dateline: SKERROW
date: 2026-03-21
updatedAt: 2026-03-21T18:00:00+02:00
lang: pt-br
byline: Ana Pavić
ai: true
perspective: Be fair.
audio: https://example.com/tide.mp3
hero: { src: https://example.com/tide.jpg, alt: A wave, credit: Photo A, width: 1200, height: 800 }
related:
  - { headline: The ebb, url: https://example.com/ebb }
---
It did.`
    expect(await readArticle({ text: source })).toEqual({
      article: {
        url: 'https://example.com/tide',
        headline: 'The tide turns',
        dek: 'At last.',
        kicker: 'Coast',
        dateline: 'SKERROW',
        publishedAt: '2026-03-21T12:00:00.000Z',
        updatedAt: '2026-03-21T16:00:00.000Z',
        lang: 'pt-BR',
        dir: 'ltr',
        byline: { name: 'Ana Pavić', isAI: true },
        perspective: { text: 'Be fair.' },
        audio: { url: 'https://example.com/tide.mp3' },
        hero: { src: 'https://example.com/tide.jpg', alt: 'A wave', credit: 'Photo A', width: 1200, height: 800 },
        blocks: [paragraph('It did.')],
        related: [{ headline: 'The ebb', url: 'https://example.com/ebb' }],
      },
      warnings: [],
    })
  })

  test('counts empty fields as absent', async () => {
    const { article } = await readArticle({
      text: '---\nheadline: H\nauthor: A\ndek:\naudio: false\nperspective: ~\n---\nIt did.',
    })
    expect(article).toEqual({
      headline: 'H',
      lang: 'en',
      dir: 'ltr',
      byline: { name: 'A', isAI: false },
      blocks: [paragraph('It did.')],
      related: [],
    })
  })

  test('leaves the headline to a title at the top of the body', async () => {
    const { article } = await readArticle({ text: '---\nauthor: A\n---\n# The *tide* turns\n\nIt did.' })
    expect([article.headline, article.blocks]).toEqual(['The tide turns', [paragraph('It did.')]])
  })

  test('is not said again by a title at the top of the body', async () => {
    expect(await blocksOf('# The tide turns\n\nIt did.')).toEqual([paragraph('It did.')])
    expect((await blocksOf('# Another title\n\nIt did.'))[0]).toEqual({
      type: 'heading',
      level: 2,
      content: [text('Another title')],
    })
  })

  test.each([
    ['never ends', 'headline: H\nIt did.', ['line 1: expected a second line --- where the front matter ends']],
    ['is no mapping', '- a\n---\nIt did.', ['line 2: expected fields such as "headline: The tide turns"']],
    [
      'has a key twice',
      'headline: H\nauthor: A\nheadline: I\n---\nIt did.',
      ['line 4: expected each key once, found it again'],
    ],
    ['has an open quote', 'author: A\nheadline: "H\n---\nIt did.', ['line 3: expected the closing quote or bracket']],
    [
      'has aliases',
      'headline: &a H\nauthor: *a\n---\nIt did.',
      ['line 1: expected no aliases (*name) in the front matter'],
    ],
    [
      'has keys that look like others misspelt',
      'tilte: H\nheadlin: H\nauthor: A\nheadline: H\nbylines: S\n---\nIt did.',
      [
        'line 2 (tilte): unknown key; did you mean title?',
        'line 3 (headlin): unknown key; did you mean headline?',
        'line 6 (bylines): unknown key; did you mean byline?',
      ],
    ],
    [
      'has fields of the wrong kind',
      'headline: 1984\nauthor: 7\nai: perhaps\nlang: english language\ndate: 21.3.2026\nhero:\n  src: http://example.com/a.jpg\n---\nIt did.',
      [
        'line 2 (headline): expected text, found the number 1984: put it in quotes',
        'line 6 (date): expected a date such as 2026-03-21, or a time with its offset such as 2026-03-21T07:30:00+01:00',
        'line 5 (lang): expected a language tag such as en or pt-BR',
        'line 3 (author): expected an object, found the number 7',
        'line 8 (hero.src): expected an https address such as https://example.com/picture.jpg',
      ],
    ],
    [
      'has a field twice in two forms',
      'headline: H\nauthor: A\nbyline: { name: B, isAI: true }\nai: false\n---\nIt did.',
      [
        'line 3 (author): expected either author or byline, found both',
        'line 5 (ai): expected either ai or byline.isAI, found both',
      ],
    ],
    [
      'leaves out what must be there',
      'dek: D\n---\nIt did.',
      ['headline: expected a headline, found none', 'byline: expected the name of who wrote it, found none'],
    ],
    [
      'nests without end',
      `headline: ${'['.repeat(501)}\n---\nIt did.`,
      ['line 2: expected plain fields, not structures inside structures'],
    ],
    [
      'is too long',
      `headline: H\nperspective: ${'x'.repeat(65_536)}\n---\nIt did.`,
      ['line 1: expected at most 65,536 characters and 2,000 lines of front matter'],
    ],
  ])('that %s is refused, by line', async (_, source, problems) => {
    expect(await refusal({ text: `---\n${source}`, kind: 'markdown' })).toEqual({ code: 'invalid_input', problems })
  })
})

describe('a Markdown body', () => {
  test('keeps marks, code, links and breaks of running text', async () => {
    expect(
      await blocksOf('A *b* **c** ~~d~~ `e` [f](https://example.com/f) [g](mailto:g@example.com)\\\nh &lt;i&gt;'),
    ).toEqual([
      {
        type: 'paragraph',
        content: [
          text('A '),
          { type: 'em', children: [text('b')] },
          text(' '),
          { type: 'strong', children: [text('c')] },
          text(' '),
          { type: 'strike', children: [text('d')] },
          text(' '),
          { type: 'code', text: 'e' },
          text(' '),
          { type: 'link', href: 'https://example.com/f', children: [text('f')] },
          text(' '),
          { type: 'link', href: 'mailto:g@example.com', children: [text('g')] },
          { type: 'break' },
          text('h <i>'),
        ],
      },
    ])
  })

  test('keeps headings at three levels, rules and code', async () => {
    expect(await blocksOf('## A\n\n### B\n\n##### C\n\n---\n\n```js x\n\ta\n\n  b\n```')).toEqual([
      { type: 'heading', level: 2, content: [text('A')] },
      { type: 'heading', level: 3, content: [text('B')] },
      { type: 'heading', level: 4, content: [text('C')] },
      { type: 'rule' },
      { type: 'code', text: '\ta\n\n  b', language: 'js' },
    ])
  })

  test('keeps lists in lists, their start and their boxes', async () => {
    expect(await blocksOf('3. a\n   - [x] b\n   - [ ] c\n4. d')).toEqual([
      {
        type: 'list',
        ordered: true,
        start: 3,
        items: [
          [
            paragraph('a'),
            {
              type: 'list',
              ordered: false,
              items: ['☑ ', '☐ '].map((box, i) => [{ type: 'paragraph', content: [text(box), text(i ? 'c' : 'b')] }]),
            },
          ],
          [paragraph('d')],
        ],
      },
    ])
  })

  test.each([
    ['in a paragraph of its own', '> A.\n>\n> B.\n>\n> — Ana *Pavić*'],
    ['on a line of its own', '> A.\n>\n> B.\n> -- Ana *Pavić*'],
    ['after a break', '> A.\n>\n> B.\\\n> – Ana *Pavić*'],
  ])('takes the attribution of a quote %s', async (_, source) => {
    expect(await blocksOf(source)).toEqual([
      { type: 'quote', paragraphs: [[text('A.')], [text('B.')]], attribution: 'Ana Pavić' },
    ])
  })

  test('keeps a quote that is nothing but a dash line, and joins quotes in quotes', async () => {
    expect(await blocksOf('> — A.')).toEqual([{ type: 'quote', paragraphs: [[text('— A.')]] }])
    expect(await blocksOf('> A.\n>\n> > B.')).toEqual([{ type: 'quote', paragraphs: [[text('A.')], [text('B.')]] }])
  })

  test('parts a quote at a list in it', async () => {
    expect((await blocksOf('> A.\n>\n> - b\n>\n> C.')).map((block) => block.type)).toEqual(['quote', 'list', 'quote'])
  })

  test('keeps tables, filling rows that are short and cutting rows that are long', async () => {
    expect(await blocksOf('| a | b |\n| :-: | - |\n| c |\n| d | e | f |')).toEqual([
      {
        type: 'table',
        head: [[text('a')], [text('b')]],
        rows: [
          [[text('c')], []],
          [[text('d')], [text('e')]],
        ],
        align: ['center', null],
      },
    ])
  })

  test('takes pictures out of paragraphs and links, with their captions', async () => {
    expect(
      await blocksOf(
        'A ![b](https://example.com/b.png "C") d\n\n[![e](https://example.com/e.png)](https://example.com)',
      ),
    ).toEqual([
      { type: 'paragraph', content: [text('A '), text(' d')] },
      { type: 'image', src: 'https://example.com/b.png', alt: 'b', caption: 'C' },
      { type: 'image', src: 'https://example.com/e.png', alt: 'e' },
    ])
  })

  test('numbers footnotes by their first mention, notes of notes included', async () => {
    const { article } = await readArticle(
      markdown('A[^x] b[^y] c[^x] [^none]\n\n[^y]: Y[^z]\n[^x]: X\n[^z]: Z\n[^unused]: U'),
    )
    const note = (number: number) => ({ type: 'note', number })
    expect(article.blocks).toEqual([
      {
        type: 'paragraph',
        content: [text('A'), note(1), text(' b'), note(2), text(' c'), note(1), text(' [^none]')],
      },
    ])
    expect(article.notes).toEqual([
      [paragraph('X')],
      [{ type: 'paragraph', content: [text('Y'), note(3)] }],
      [paragraph('Z')],
    ])
  })

  test('resolves relative links against the article’s address', async () => {
    const { article } = await readArticle({
      text: '---\nheadline: H\nauthor: A\nurl: https://example.com/a/b\n---\n[c](../c "t") [d](#d)',
    })
    expect(article.blocks).toEqual([
      {
        type: 'paragraph',
        content: [
          { type: 'link', href: 'https://example.com/c', children: [text('c')] },
          text(' '),
          { type: 'link', href: 'https://example.com/a/b#d', children: [text('d')] },
        ],
      },
    ])
  })
})

describe('untrusted Markdown', () => {
  test.each([
    ['javascript:alert(1)'],
    ['JaVaScRiPt:alert(1)'],
    ['data:text/html,x'],
    ['vbscript:x'],
    ['http://example.com/'],
    ['//example.com/'],
    ['/relative'],
    ['ftp://example.com/'],
    ['https://user:pass@example.com/'],
    ['https://bank.example@evil.example/'],
    ['https://'],
    ['mailto:nobody'],
  ])('keeps the text of a link to %s, not the link', async (href) => {
    expect(await blocksOf(`A [b *c*](${href})`)).toEqual([
      { type: 'paragraph', content: [text('A '), text('b '), { type: 'em', children: [text('c')] }] },
    ])
    expect(await warningsOf(`A\n[b](${href})`)).toEqual([
      `line 6: link left out, its text stays: ${href} is not an https or mailto address`,
    ])
  })

  test('leaves out pictures that are not https, with a warning', async () => {
    expect(await blocksOf('A\n\n![b](data:image/png;base64,AAAA)')).toEqual([paragraph('A')])
    expect(await warningsOf('A\n\n![b](photo.jpg)')).toEqual([
      'line 7: image left out: photo.jpg is a file that did not come with the article',
    ])
  })

  test('takes HTML for what it says, with a warning for what of it is lost', async () => {
    expect(await blocksOf('A <b onclick="x()">b</b><br>c\n\n<div>\nd\n</div>\n\n<!-- e -->\n\n`<i>`')).toEqual([
      {
        type: 'paragraph',
        content: [text('A '), { type: 'strong', children: [text('b')] }, { type: 'break' }, text('c')],
      },
      paragraph('d'),
      { type: 'paragraph', content: [{ type: 'code', text: '<i>' }] },
    ])
    expect(await warningsOf('A <blink>b</blink>\n\n<div>\nd\n</div>\n\n<!-- e -->\n\n<hr-x>\n</hr-x>')).toEqual([
      'line 5: HTML left out: <blink>',
      'line 7: HTML taken for what it says: <div> d </div>',
      'line 13: HTML left out: <hr-x> </hr-x>',
    ])
  })

  test('drops what stands inside script and style, also inside a paragraph', async () => {
    expect(await blocksOf('A <script>alert(1)</script> b <STYLE>c *d*</STYLE> e <svg> f')).toEqual([
      { type: 'paragraph', content: [text('A '), text(' b '), text(' e ')] },
    ])
  })

  test('removes control characters, also those written as entities, and closes bidirectional ones', async () => {
    expect(await blocksOf('A\u0000\u0007b\u009fc&#7;\n\n&#x1b;\n\nשלום \u200f\u202a\u200d')).toEqual([
      paragraph('Abc\ufffd'),
      paragraph('\ufffd'),
      paragraph('שלום \u200f\u202a\u200d\u202c'),
    ])
  })

  test('replaces half a surrogate pair', async () => {
    expect(await blocksOf('A \ud800 b')).toEqual([paragraph('A \ufffd b')])
  })

  test('takes five lists inside each other and refuses six, by line', async () => {
    const nested = (levels: number) => Array.from({ length: levels }, (_, i) => `${'  '.repeat(i)}- a`).join('\n')
    expect(await blocksOf(nested(5))).toHaveLength(1)
    expect(await refusal(markdown(nested(6)))).toEqual({
      code: 'invalid_input',
      problems: ['line 10: expected at most 5 lists inside each other'],
    })
  })

  test('takes 20 columns and refuses 21', async () => {
    const table = (columns: number) => `${'|a'.repeat(columns)}|\n${'|-'.repeat(columns)}|\n`
    expect(await blocksOf(table(20))).toHaveLength(1)
    expect((await refusal(markdown(table(21)))).problems).toEqual(['line 5: expected at most 20 columns, found 21'])
  })

  test('takes 20 quotes on a line and refuses 21 before they cost anything', async () => {
    expect(await blocksOf(`${'>'.repeat(20)} a`)).toEqual([{ type: 'quote', paragraphs: [[text('a')]] }])
    const problems = ['line 6: expected no more than 20 quotes, lists and marks inside each other']
    expect(await refusal(markdown(`b\n${'>'.repeat(21)} a`))).toEqual({ code: 'invalid_input', problems })
    expect((await refusal(markdown(`b\n${'- '.repeat(50_000)}a`))).problems).toEqual(problems)
    expect(await blocksOf(`b\n\n${'- '.repeat(50)}`)).toEqual([paragraph('b'), { type: 'rule' }])
  })

  test('flattens marks beyond the sixth inside each other', async () => {
    const [block] = await blocksOf(`${'*a _b '.repeat(5)}c${' b_ a*'.repeat(5)}`)
    expect(marksAround(block?.type === 'paragraph' ? block.content : [])).toBe(6)
  })

  test('stops the parser on a text made to keep it busy', async () => {
    const problems = ['the body: expected a text, found marks that take too long to make sense of']
    expect(await refusal(markdown('a\n---\n'.repeat(10_000)))).toEqual({ code: 'invalid_input', problems })
  }, 60_000)

  test('does not let short references stand for megabytes of addresses', async () => {
    const source = `[a]: https://example.com/${'x'.repeat(1_900)}\n\n${'[a] [a]\n\n'.repeat(800)}`
    const { article, warnings } = await readArticle(markdown(source))
    expect(JSON.stringify(article).length).toBeLessThan(1_200_000)
    expect(warnings).toHaveLength(51)
    expect(warnings.at(-1)).toEqual({ where: 'the article', message: 'and 1030 more such warnings' })
  })

  test('a body of nothing but scripts or comments is no body', async () => {
    const problems = ['blocks: expected a body, found none']
    expect(await refusal(markdown('<!-- a -->\n\n<div><script>b</script></div>\n\n![c](d)'))).toEqual({
      code: 'invalid_input',
      problems,
    })
  })
})

test('the sample article holds every block and reads without a warning', async () => {
  const { article, warnings } = await readArticle({
    bytes: readFileSync('examples/articles/night-trains.md'),
    name: 'night-trains.md',
  })
  expect(warnings).toEqual([])
  expect([...new Set(article.blocks.map((block) => block.type))].sort()).toEqual(
    ['code', 'heading', 'image', 'list', 'paragraph', 'quote', 'rule', 'table'].sort(),
  )
  expect(article.byline).toEqual({
    name: 'Teodor Brandt',
    url: 'https://example.com/journalists/teodor-brandt',
    bio: 'Transport correspondent, writing about how people and things get from one place to another.',
    isAI: true,
  })
})

const SAMPLES = '../shared/samples'

describe.runIf(existsSync(SAMPLES))('Markdown and HTML of others', () => {
  const everyHref = (blocks: unknown) =>
    [...JSON.stringify(blocks).matchAll(/"(?:href|src)":"([^"]*)"/g)].map((match) => match[1])

  test('gives no address but https and mailto, and never throws', async () => {
    const cases: { markdown: string }[] = JSON.parse(readFileSync(`${SAMPLES}/markdown/markdown-it-cases.json`, 'utf8'))
    for (const { markdown } of cases) {
      const { blocks, faults } = await blocksFromMarkdown(markdown)
      expect(faults).toEqual([])
      expect(everyHref(blocks).filter((href) => !/^(?:https:\/\/|mailto:)/.test(href ?? ''))).toEqual([])
    }
  })

  test('gives no markup, whatever the HTML', async () => {
    const cases: { payload: string }[] = JSON.parse(readFileSync(`${SAMPLES}/markdown/hostile-html.json`, 'utf8'))
    for (const { payload } of cases) {
      const { blocks } = await blocksFromMarkdown(payload)
      expect(everyHref(blocks).filter((href) => !/^(?:https:\/\/|mailto:)/.test(href ?? ''))).toEqual([])
    }
  })

  test('reads long articles whole', async () => {
    for (const name of ['18f-github-terminal', '18f-why-join']) {
      const source = readFileSync(`${SAMPLES}/markdown/${name}.md`, 'utf8').replace(/^---.*?\n---\n/s, '')
      const { blocks, faults } = await blocksFromMarkdown(source, { base: 'https://example.com/' })
      const paragraphs = blocks.flatMap((block) => (block.type === 'paragraph' ? [plainText(block.content)] : []))
      expect(faults).toEqual([])
      expect(paragraphs.length).toBeGreaterThan(10)
    }
  })

  test('takes every awkward string as a headline and as text', async () => {
    const strings: string[] = JSON.parse(readFileSync(`${SAMPLES}/hostile-strings/naughty-strings.json`, 'utf8'))
    for (const string of strings.filter((string) => string.trim() !== '' && !/^[\p{Cc}\p{Cf}\s]+$/u.test(string))) {
      const value = { headline: string.slice(0, 300), byline: string.slice(0, 100), blocks: [paragraph(string)] }
      const { article } = await readArticle({ text: JSON.stringify(value), kind: 'json' })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
      expect(JSON.stringify(article)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    }
  })
})
