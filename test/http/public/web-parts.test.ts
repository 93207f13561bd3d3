import { describe, expect, test } from 'vitest'
import type { Article } from '../../../src/article/article.ts'
import { addWebParts } from '../../../src/http/public/web-parts.ts'

const text = (content: string) => ({ type: 'text', text: content }) as const
const paragraph = (content: string) => ({ type: 'paragraph', content: [text(content)] }) as const

function article(headline: string, more: Partial<Article> = {}): Article {
  return {
    headline,
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Vera Stone', isAI: false },
    blocks: [paragraph(`All of ${headline}.`)],
    related: [],
    ...more,
  }
}

const mail = (body: string) => `<!doctype html><html><head></head><body>${body}</body></html>`
const view = (html: string, ...articles: Article[]) => addWebParts({ html: mail(html), locale: 'en', articles }, '')

describe('the web view', () => {
  test('goes on where the mail breaks off, with the article whole', () => {
    const page = view('<a href="https://news.example.com/view/x#article">Continue</a>', article('Tides & <ships>'))
    expect(page).toContain('<article id="article" lang="en" dir="ltr">\n<h2>Tides &amp; &lt;ships&gt;</h2>')
    expect(page).toContain('<p>All of Tides &amp; &lt;ships&gt;.</p>')
  })

  test('does not repeat an article that is whole in the mail, or that has a page of its own', () => {
    expect(view('all of it', article('One'))).not.toContain('id="articles"')
    const elsewhere = article('Two', { url: 'https://site.example/two?a=1&b=2' })
    const page = view('<a href="https://site.example/two?a=1&amp;b=2">Two</a>', article('One'), elsewhere)
    expect(page).not.toContain('id="articles"')
  })

  test('shows the other articles that can be read nowhere else, and leads to those that had no room', () => {
    const page = view(
      'one row',
      article('One'),
      article('Two'),
      article('Three', { url: 'https://site.example/three' }),
    )
    expect(page).toContain('<article id="article-2" lang="en" dir="ltr">\n<h2>Two</h2>')
    expect(page).toContain('<h2><a href="https://site.example/three">Three</a></h2>')
    expect(page).not.toContain('All of Three')
  })

  test('shows every kind of block, escaped, in the article’s own language and direction', () => {
    const whole = article('عنوان', {
      lang: 'ar',
      dir: 'rtl',
      dek: 'A "dek"',
      hero: { src: 'https://site.example/a.png', alt: 'A <picture>', width: 600, height: 300, caption: 'Caption' },
      blocks: [
        { type: 'heading', level: 2, content: [text('Part')] },
        { type: 'quote', paragraphs: [[text('Said')]], attribution: 'Somebody' },
        { type: 'list', ordered: true, start: 3, items: [[paragraph('Third')]] },
        { type: 'table', head: [[text('H')]], rows: [[[text('<td>')]]], align: ['right'] },
        { type: 'code', text: '<script>' },
        { type: 'rule' },
        {
          type: 'paragraph',
          content: [
            { type: 'link', href: 'https://site.example/?a=1&b=2', children: [{ type: 'em', children: [text('x')] }] },
            { type: 'note', number: 1 },
          ],
        },
      ],
      notes: [[paragraph('A note')]],
    })
    const page = view('"#article"', whole)
    for (const markup of [
      '<article id="article" lang="ar" dir="rtl">',
      '<p class="dek">A &quot;dek&quot;</p>',
      '<img src="https://site.example/a.png" alt="A &lt;picture&gt;" width="600" height="300" loading="lazy">',
      '<h3>Part</h3>',
      '<blockquote><p>Said</p><p class="intro">Somebody</p></blockquote>',
      '<ol start="3"><li><p>Third</p></li></ol>',
      '<th scope="col" class="right">H</th>',
      '<td class="right">&lt;td&gt;</td>',
      '<code>&lt;script&gt;</code>',
      '<a href="https://site.example/?a=1&amp;b=2"><em>x</em></a><sup>1</sup>',
      '<h3>Notes</h3><ol><li><p>A note</p></li></ol>',
    ]) {
      expect(page).toContain(markup)
    }
  })
})
