import { describe, expect, test } from 'vitest'
import { issueProps as issueSchema } from '../../emails/props.ts'
import type { Article } from '../../src/article/article.ts'
import { issueProps, type NewsletterFacts, singleProps } from '../../src/edition/props.ts'

const NEWSLETTER: NewsletterFacts = {
  name: 'Tides',
  fromName: 'Tides of Port Hale',
  postalAddress: '4 Quay Street, Port Hale',
  homepage: null,
  locale: 'en-GB',
  timeZone: 'Europe/Berlin',
}

function anArticle(more: Partial<Article> = {}): Article {
  const content = [{ type: 'text', text: 'word '.repeat(460) }] as const
  return {
    headline: 'Low water',
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Mara', isAI: true },
    blocks: [{ type: 'paragraph', content }],
    related: [],
    ...more,
  }
}

const LINES = { subject: 'Low water', preheader: 'The gate stays open.' }

describe('what a template sees of an issue', () => {
  test('fits its schema, with the minutes it takes to read', () => {
    const props = issueProps(NEWSLETTER, { ...LINES, number: 3 }, [anArticle(), anArticle()])
    expect(issueSchema.parse(props)).toEqual(props)
    expect(props.articles.map(({ readMinutes }) => readMinutes)).toEqual([2, 2])
    expect(props.newsletter).toEqual({
      name: 'Tides',
      senderName: 'Tides of Port Hale',
      postalAddress: '4 Quay Street, Port Hale',
      locale: 'en-GB',
      dir: 'ltr',
      reason: 'You receive Tides because you subscribed to it.',
    })
  })

  test("has dates in the newsletter's language and zone, whatever the machine's", () => {
    const times = { publishedAt: '2026-03-28T23:30:00.000Z', updatedAt: '2026-03-29T12:05:00.000Z' }
    const on = (newsletter: object) => {
      const date = new Date('2026-03-28T23:30:00Z')
      const { issue, articles } = issueProps({ ...NEWSLETTER, ...newsletter }, { ...LINES, date }, [anArticle(times)])
      return [issue.date, articles[0].publishedText, articles[0].updatedText]
    }
    expect(on({ locale: 'de' })).toEqual(['Sonntag, 29. März 2026', '29. März 2026', '29. März 2026 um 14:05 MESZ'])
    expect(on({ locale: 'en-US' }).at(1)).toBe('March 29, 2026')
    expect(on({ locale: 'de', timeZone: 'America/New_York' })).toEqual([
      'Samstag, 28. März 2026',
      '28. März 2026',
      '29. März 2026 um 08:05 GMT-4',
    ])
  })

  test('has no date of an update that is none', () => {
    const same = { publishedAt: '2026-03-28T10:00:00.000Z', updatedAt: '2026-03-28T10:00:00.000Z' }
    expect(issueProps(NEWSLETTER, LINES, [anArticle(same)]).articles[0]).not.toHaveProperty('updatedText')
  })

  test('says in its language why it comes', () => {
    const reason = (locale: string) => issueProps({ ...NEWSLETTER, locale }, LINES, [anArticle()]).newsletter.reason
    expect(reason('de-AT')).toBe('Sie erhalten Tides, weil Sie den Newsletter abonniert haben.')
    expect(reason('tlh')).toBe('You receive Tides because you subscribed to it.')
  })

  test('has the looks of its newsletter and the extent of the issue, where there are any', () => {
    const branding = { accent: '#1b4f8f', face: 'sans' } as const
    const props = issueProps({ ...NEWSLETTER, branding }, { ...LINES, excerpt: 'excerpt' }, [anArticle()])
    expect(issueSchema.parse(props)).toEqual(props)
    expect([props.newsletter.branding, props.issue.excerpt]).toEqual([branding, 'excerpt'])
    const plain = issueProps({ ...NEWSLETTER, branding: {} }, { ...LINES, excerpt: null }, [anArticle()])
    expect([Object.hasOwn(plain.newsletter, 'branding'), Object.hasOwn(plain.issue, 'excerpt')]).toEqual([false, false])
  })

  test('reads from right to left when its language does', () => {
    expect(issueProps({ ...NEWSLETTER, locale: 'ar' }, LINES, [anArticle()]).newsletter.dir).toBe('rtl')
  })
})

test('a single mail is given no lines: they are its template’s own', () => {
  expect(Object.keys(singleProps(NEWSLETTER))).toEqual(['newsletter'])
})
