import { describe, expect, test } from 'vitest'
import { articleProps, block, href, inline, issueProps, newsletterProps, webUrl } from '../../emails/props.ts'
import { sampleIssue, sampleNewsletter } from '../../emails/sample.ts'

const [lead] = sampleIssue.articles

test('a well-formed issue passes unchanged', () => {
  expect(issueProps.parse(sampleIssue)).toEqual(sampleIssue)
})

test('an issue without an article is refused', () => {
  expect(issueProps.safeParse({ ...sampleIssue, articles: [] }).success).toBe(false)
})

describe.each([
  ['an empty headline', { headline: '  ' }],
  ['a reading time that is no number', { readMinutes: Number.NaN }],
  ['a reading time of nothing', { readMinutes: 0 }],
  ['an unknown direction', { dir: 'up' }],
  ['a byline that does not say whether it is an AI', { byline: { name: 'Ines Calloway' } }],
  ['an address that runs script', { url: 'javascript:alert(1)' }],
  ['a picture over plain http', { hero: { src: 'http://pics.example/a.jpg', alt: '' } }],
  ['a picture inside the mail', { hero: { src: 'data:image/png;base64,AAAA', alt: '' } }],
  ['a picture without a description', { hero: { src: 'https://pics.example/a.jpg' } }],
  ['an unknown block', { blocks: [{ type: 'embed', html: '<b>' }] }],
])('%s', (_, change) => {
  test('is refused', () => {
    expect(articleProps.safeParse({ ...lead, ...change }).success).toBe(false)
  })
})

test('a newsletter without a postal address is refused', () => {
  expect(newsletterProps.safeParse({ ...sampleNewsletter, postalAddress: '' }).success).toBe(false)
})

test('links in running text lead to https and mailto only, however deep they stand', () => {
  const link = (to: string) => ({ type: 'strong', children: [{ type: 'link', href: to, children: [] }] })
  expect(inline.safeParse(link('https://a.example/')).success).toBe(true)
  expect(inline.safeParse(link('mailto:a@b.example')).success).toBe(true)
  expect(inline.safeParse(link('http://a.example/')).success).toBe(false)
  expect(inline.safeParse(link('JavaScript:alert(1)')).success).toBe(false)
  expect(href.safeParse('/relative').success).toBe(false)
})

test('plain http is accepted for this machine only', () => {
  expect(webUrl.safeParse('http://127.0.0.1:3000/assets/a').success).toBe(true)
  expect(webUrl.safeParse('http://localhost.example/').success).toBe(false)
})

test('a heading of level one or five is refused', () => {
  const heading = (level: number) => block.safeParse({ type: 'heading', level, content: [] }).success
  expect([1, 2, 4, 5].map(heading)).toEqual([false, true, true, false])
})
