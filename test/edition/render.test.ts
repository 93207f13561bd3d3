import { beforeAll, describe, expect, test } from 'vitest'
import { sampleIssue } from '../../emails/sample.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import { type RenderRequest, renderEdition } from '../../src/edition/render.ts'
import { loadTemplates, type TemplateSet } from '../../src/edition/templates.ts'
import { anIssue, TEST_CACHE, TEST_EMAILS } from './rendering.ts'

let templates: TemplateSet
beforeAll(async () => {
  templates = await loadTemplates({ emailsDir: TEST_EMAILS, cacheDir: TEST_CACHE })
})

const URLS = { view: 'https://news.example/v/1?a=1&b=2', unsubscribe: 'https://news.example/u/1' }
const READER = { ...URLS, preferences: 'https://news.example/p/1', first_name: 'Ada', plan: 'paid', city: 'Hale' }

function render(more: Partial<RenderRequest> = {}) {
  return renderEdition({ template: templates.get('letter'), props: anIssue(), locale: 'en', ...more })
}

describe('an edition of a template with everything in it', () => {
  test('reads, for a reader with all values, as it always did', async () => {
    const message = fillEdition(await render(), READER)
    await expect(message.html).toMatchFileSnapshot('golden/letter.html')
    await expect(message.text).toMatchFileSnapshot('golden/letter.txt')
  })

  test('shows each reader the side of a choice that is theirs', async () => {
    const edition = await render()
    const shown = (values: object) => /Paid[^<]*|Free/.exec(fillEdition(edition, { ...READER, ...values }).html)?.[0]
    expect(shown({})).toBe('Paid in Hale')
    expect(shown({ city: '' })).toBe('Paid')
    expect(shown({ plan: 'free' })).toBe('Free')
    expect(shown({ plan: '' })).toBe('Free')
  })

  test('puts a name like $&<b>" into every place as it was typed', async () => {
    const { html, text } = fillEdition(await render(), { ...READER, first_name: '$&<b>"' })
    expect(html).toContain('Dear $&amp;&lt;b&gt;&quot;, 1 minutes.')
    expect(html).toContain('title="For $&amp;&lt;b&gt;&quot;"')
    expect(html).toContain('href="https://shop.example/?for=%24%26%3Cb%3E%22"')
    expect(text).toContain('Dear $&<b>", 1 minutes.')
  })

  test('leaves what an article says about tags and comments alone', async () => {
    const { html } = fillEdition(await render(), READER)
    expect(html).toContain('&lt;td cellPadding=&quot;1&quot;&gt; &lt;!-- --&gt; &lt;link&gt;')
    expect(html).not.toMatch(/<link|<[^>]* cellPadding=|<!-- -->|<!--\$|slot\.invalid/)
  })

  test('is the same for the same request, and another when a word changes', async () => {
    const [first, second, other] = [await render(), await render(), await render({ subject: 'High water' })]
    expect(second).toEqual(first)
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(other.hash).not.toBe(first.hash)
  })
})

describe('the subject and the preheader', () => {
  test('hold the slots that the editor wrote', async () => {
    const props = anIssue({ subject: 'Hello {{ first_name | dear reader }}', preheader: 'News for {{city}}' })
    const edition = await render({ props })
    expect(fillEdition(edition, READER)).toMatchObject({ subject: 'Hello Ada' })
    expect(fillEdition(edition, URLS)).toMatchObject({ subject: 'Hello dear reader' })
    expect(fillEdition(edition, READER).html).toContain('News for Hale')
  })

  test('may lose a slot where the template shortens them', async () => {
    const preheader = `${'word '.repeat(30)}{{city|here}}`
    const edition = await render({ template: templates.get('article'), props: anIssue({ preheader }) })
    expect(fillEdition(edition, READER).html).not.toContain('here')
  })

  test('stay one line, whatever the reader is called', async () => {
    const edition = await render({ props: anIssue({ subject: 'Hello {{first_name|you}}' }) })
    expect(fillEdition(edition, { ...READER, first_name: 'Eve\r\nBcc: a@b.example\u2028' }).subject).toBe(
      'Hello Eve Bcc: a@b.example ',
    )
  })
})

describe('headers', () => {
  test('hold slots and are filled for each reader', async () => {
    const edition = await render({ headers: (slots) => ({ 'List-Unsubscribe': `<${slots.url('unsubscribe')}>` }) })
    expect(fillEdition(edition, READER).headers).toEqual([
      { name: 'List-Unsubscribe', value: '<https://news.example/u/1>' },
    ])
  })

  test('are refused when their name could break a line', async () => {
    await expect(render({ headers: () => ({ 'X-A\r\nBcc': 'x' }) })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('props', () => {
  test('that do not fit the template are refused with their paths', async () => {
    const props = anIssue({ subject: ' ' }, '')
    await expect(render({ template: templates.get('article'), props })).rejects.toMatchObject({
      code: 'invalid_input',
      problems: [{ where: 'issue.subject' }, { where: 'articles.0.headline' }],
    })
  })

  test('full of markup and digits come out as text', async () => {
    const headline =
      '</title><script>alert(1)</script> 90123456780000 https://slot.invalid/90123456780000 $& <!--[if mso]>'
    const { html } = fillEdition(await render({ props: anIssue({ subject: headline }, headline) }), READER)
    expect(html).not.toContain('<script')
    expect(html).toContain('<h1>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; 90123456780000 ')
  })
})

test('the text part of our own template is its own, complete', async () => {
  const edition = await render({ template: templates.get('article'), props: sampleIssue })
  const { text } = fillEdition(edition, READER)
  for (const words of ['Eleven gauges, seven votes', 'https://news.example/u/1', 'You are Ines Calloway']) {
    expect(text).toContain(words)
  }
  expect(text).not.toMatch(/<|slot\.invalid|[ \t]\n/)
})
