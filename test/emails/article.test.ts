import { describe, expect, test } from 'vitest'
import { sampleIssue, sampleNewsletter } from '../../emails/sample.ts'
import { styleOf } from '../../emails/style.ts'
import { themeOf } from '../../emails/theme.ts'
import { articleTemplate, issueWith, paragraph, rendered, shownText, slotUrl, tags, words } from './rendering.tsx'

const STYLE = styleOf(themeOf())

const NINE = Array.from({ length: 9 }, (_, index) =>
  paragraph(`Paragraph ${index}. ${'The water rose again. '.repeat(24)}`),
)

describe('what mail clients refuse', () => {
  test('the page holds no element, address or style that they strip', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    const refused = /<(script|form|input|iframe|svg|link|audio|video|details|object|base)[\s>]/i
    expect(html).not.toMatch(refused)
    expect(html).not.toMatch(/http:(?!\/\/www\.w3\.org\/TR\/xhtml1)|data:|javascript:/)
    expect(html).not.toMatch(/var\(|@import|oklch|color-mix|width\s*[<>]=|display:\s*(flex|grid)/)
  })

  test('every class has a rule in the style block', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    const used = new Set([...html.matchAll(/class="([^"]*)"/g)].flatMap((match) => match[1]?.split(' ') ?? []))
    const ruled = new Set([...STYLE.matchAll(/\.([a-z][a-z0-9-]*)/g)].map((match) => match[1]))
    expect([...used].filter((name) => !ruled.has(name))).toEqual([])
  })

  test('no font name is quoted, because quotes inside a style attribute become entities', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    expect(tags(html, '\\w+').filter((tag) => /style="[^"]*&/.test(tag))).toEqual([])
  })

  test('no table carries padding, which Outlook ignores', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    expect(tags(html, 'table').filter((tag) => tag.includes('padding:'))).toEqual([])
  })

  test('an article of nine long paragraphs stays under 30 KB', async () => {
    const { html } = await rendered(articleTemplate, issueWith({ blocks: NINE }))
    expect(Buffer.byteLength(html)).toBeLessThan(30_000)
  })
})

describe('how the page is built', () => {
  test('it says its language and direction on html, body and the first element inside', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    for (const tag of [tags(html, 'html')[0], tags(html, 'body')[0], tags(html, 'div')[0]]) {
      expect(tag).toMatch(/lang="en" dir="ltr"|dir="ltr" lang="en"/)
    }
  })

  test('it has one title, one h1, and no heading level is left out', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    expect(tags(html, 'title')).toHaveLength(1)
    expect(tags(html, 'h1')).toHaveLength(1)
    const levels = [...html.matchAll(/<h([1-6])/g)].map((match) => Number(match[1]))
    expect(levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1)).toEqual([])
  })

  test('only tables of data are tables to a screen reader', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    const ofData = tags(html, 'table').filter((tag) => !tag.includes('role="presentation"'))
    expect(ofData).toHaveLength(1)
    expect(tags(html, 'th').every((tag) => tag.includes('scope="col"'))).toBe(true)
  })

  test('the column is marked for Outlook once, from its beginning to its end', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    expect(html.match(/<i data-mso="[^"]*"><\/i>/g)).toEqual(['<i data-mso="open600"></i>', '<i data-mso="close"></i>'])
  })

  test('every picture has a description, a width, and keeps its proportions', async () => {
    const hero = { src: 'https://pics.example/a.jpg', alt: 'The gate "at" night', width: 1200, height: 675 }
    const { html } = await rendered(articleTemplate, issueWith({ hero }))
    expect(tags(html, 'img')).toEqual([
      expect.stringMatching(
        /alt="The gate &quot;at&quot; night".*height="311".*src="https:\/\/pics.example\/a.jpg".*width="552"/,
      ),
    ])
  })

  test('the preheader comes first, is hidden and is not the title', async () => {
    const { html } = await rendered(articleTemplate, sampleIssue)
    const first = html.slice(html.indexOf('<body')).match(/<div data-skip[^>]*style="display:none[^>]*>([^<]*)</)
    expect(first?.[1]).toBe(sampleIssue.issue.preheader)
    expect(html).toContain(`<title>${sampleIssue.issue.subject}</title>`)
  })

  test('dark mode, mobile and print are written for all classes in less than 16 KB', () => {
    expect(Buffer.byteLength(STYLE)).toBeLessThan(16_000)
    for (const part of [
      'prefers-color-scheme:dark',
      '[data-ogsc] ',
      '[data-ogsb] ',
      'max-width:480px',
      '@media print',
    ]) {
      expect(STYLE).toContain(part)
    }
  })
})

describe('what the reader is told', () => {
  test('an AI byline says so in words, at the top and with a pointer to its instructions', async () => {
    const shown = shownText((await rendered(articleTemplate, sampleIssue)).html)
    expect(shown).toContain('By Ines Calloway, AI journalist')
    expect(shown).toContain('Written by an AI journalist. Its instructions are shown below the article.')
  })

  test('a byline of a person says nothing about AI', async () => {
    const { html, text } = await rendered(articleTemplate, issueWith({ byline: { name: 'Ruth Okafor', isAI: false } }))
    expect(shownText(html)).toContain('By Ruth Okafor')
    expect(shownText(html) + text).not.toContain('AI')
  })

  test('the listen button leads to the player of the web view, and says how long the article is', async () => {
    const { html, declared } = await rendered(articleTemplate, issueWith({ audio: { durationSeconds: 252 } }))
    const button = tags(html, 'a').find((tag) => tag.includes('#listen'))
    expect(button).toContain(`href="${slotUrl(declared, 'view')}#listen"`)
    expect(button).toContain('aria-label="Listen to this article (4 min): The tide gate"')
  })

  test('an article without audio has no listen button', async () => {
    const { html, text } = await rendered(articleTemplate, issueWith({}))
    expect(html + text).not.toContain('isten')
  })

  test('a long perspective is cut at a word and leads on; a short one stands whole', async () => {
    const long = `${'Ask who pays. '.repeat(40)}`.trim()
    const cut = await rendered(articleTemplate, issueWith({ perspective: { text: long } }))
    expect(shownText(cut.html)).toContain('Ask who pays. Ask who pays…Read the full perspective')
    expect(cut.html).toContain(`${slotUrl(cut.declared, 'view')}#perspective`)
    expect(cut.text).toContain(`> ${long}`)

    const whole = await rendered(articleTemplate, issueWith({ perspective: { text: 'Ask who pays.' } }))
    expect(shownText(whole.html)).toContain('Ask who pays.')
    expect(whole.html + whole.text).not.toContain('full perspective')
  })

  test('the footer says why, from whom and how to leave', async () => {
    const { html, declared } = await rendered(articleTemplate, sampleIssue)
    expect(shownText(html)).toContain(sampleNewsletter.reason)
    expect(shownText(html)).toContain(`${sampleNewsletter.senderName}\n${sampleNewsletter.postalAddress}`)
    for (const name of ['unsubscribe', 'preferences', 'view']) {
      expect(html).toContain(`href="${slotUrl(declared, name)}"`)
    }
  })

  test('the dateline runs into the first paragraph only', async () => {
    const blocks = [
      { type: 'heading', level: 2, content: words('Before') } as const,
      paragraph('One.'),
      paragraph('Two.'),
    ]
    const { html, text } = await rendered(articleTemplate, issueWith({ dateline: 'PORT HALE', blocks }))
    expect(html).toContain('<strong>PORT HALE — </strong>One.')
    expect(text).toContain('PORT HALE — One.\n\nTwo.')
    expect(html.match(/PORT HALE/g)).toHaveLength(1)
  })

  test('further articles follow as headlines that lead to them', async () => {
    const { html, text } = await rendered(articleTemplate, sampleIssue)
    const [, ferry] = sampleIssue.articles
    expect(html).toContain(`<a href="${ferry?.url}"`)
    expect(shownText(html)).toMatch(new RegExp(`Also in this issue\\s*${ferry?.headline}`))
    expect(text).toContain(`${ferry?.headline}\n${ferry?.dek}\nBy Ruth Okafor · 2 min read\n${ferry?.url}`)
  })
})

describe('hostile and foreign text', () => {
  test('markup in any field arrives as text', async () => {
    const bad = '<script>alert("$&")</script>'
    const { html } = await rendered(
      articleTemplate,
      issueWith({
        headline: bad,
        dek: bad,
        perspective: { text: bad },
        blocks: [paragraph(bad)],
        byline: { name: bad, isAI: true },
      }),
    )
    expect(html).not.toContain('<script')
    expect(shownText(html).split(bad).length).toBeGreaterThan(5)
  })

  test('an Arabic issue is mirrored: text, quotation rule, list and columns', async () => {
    const newsletter = { ...sampleNewsletter, locale: 'ar', dir: 'rtl' } as const
    const issue = issueWith(
      {
        lang: 'ar',
        dir: 'rtl',
        blocks: [
          { type: 'quote', paragraphs: [words('بوابة')] },
          { type: 'list', ordered: false, items: [[paragraph('الأول')]] },
        ],
      },
      newsletter,
    )
    const { html } = await rendered(articleTemplate, issue)
    for (const tag of ['html', 'body', 'div']) expect(tags(html, tag)[0]).toMatch(/dir="rtl"/)
    expect(html).toContain('border-right:4px solid')
    expect(html).not.toContain('border-left:4px')
    expect(tags(html, 'ul')[0]).toContain('padding:0 24px 0 0')
    expect(html).toContain('text-align:right')
  })

  test('fixed words keep their own direction inside an article of another one', async () => {
    const { html } = await rendered(articleTemplate, issueWith({ lang: 'ar', dir: 'rtl' }))
    expect(html).toMatch(/<p lang="en" dir="ltr"[^>]*>2 min read<\/p>|<p [^>]*lang="en" dir="ltr"[^>]*>2 min read<\/p>/)
  })
})
