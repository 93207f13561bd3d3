import { describe, expect, test } from 'vitest'
import { webView } from '../../src/archive/web-view.ts'
import type { Edition } from '../../src/edition/edition.ts'
import type { IssueId, NewsletterId } from '../../src/id.ts'
import { createLinks } from '../../src/links.ts'
import { createTokens } from '../../src/subscriber/token.ts'

const newsletterId = '7d444840-9dc0-11d1-b245-5ffdce74fad2' as NewsletterId
const issueId = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' as IssueId
const links = createLinks({ publicUrl: 'https://news.example.com', tokens: createTokens(['a secret']) })

const edition: Edition = {
  hash: 'e'.repeat(64),
  template: 'article',
  locale: 'en',
  subject: ['Hello'],
  html: [
    '<p>Hello ',
    { slot: { kind: 'text', name: 'first_name', fallback: 'there' }, context: 'html' },
    '</p>',
    { slot: { kind: 'url', name: 'unsubscribe' }, context: 'url' },
    ' ',
    { slot: { kind: 'url', name: 'preferences' }, context: 'url' },
    ' ',
    { slot: { kind: 'url', name: 'view' }, context: 'url' },
  ],
  text: [],
  headers: [],
}

function view(issue: { issueId: IssueId; newsletterId: NewsletterId; articles: [] } | null, found: Edition | null) {
  return webView({ editions: { get: async () => found, issueOf: async () => issue }, links }, edition.hash)
}

describe('the web view', () => {
  test('is the edition filled for nobody, with no link that is a reader’s own', async () => {
    const page = `https://news.example.com/n/${newsletterId}`
    expect(await view({ issueId, newsletterId, articles: [] }, edition)).toEqual({
      html: `<p>Hello there</p>${page} ${page} https://news.example.com/view/${edition.hash}`,
      locale: 'en',
      articles: [],
    })
  })

  test('is there for editions of issues only', async () => {
    expect(await view(null, edition)).toBeNull()
    expect(await view({ issueId, newsletterId, articles: [] }, null)).toBeNull()
  })
})
