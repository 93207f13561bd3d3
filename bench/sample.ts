import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IssueProps } from '../emails/props.ts'
import type { Article } from '../src/article/article.ts'
import { readArticle } from '../src/article/read.ts'
import type { Edition, SlotValues } from '../src/edition/edition.ts'
import { issueHeaders } from '../src/edition/headers.ts'
import { issueProps } from '../src/edition/props.ts'
import { renderEdition } from '../src/edition/render.ts'
import type { LoadedTemplate } from '../src/edition/templates.ts'
import { loadTemplates } from '../src/edition/templates.ts'
import { type NewsletterId, newId, type SubscriberId } from '../src/id.ts'
import { createLinks, type Links } from '../src/links.ts'
import type { NewNewsletter } from '../src/newsletter/newsletter.ts'
import type { ImportRow } from '../src/store/imports.ts'
import { createTokens } from '../src/subscriber/token.ts'

export const PUBLIC_URL = 'https://news.example.com'
export const SECRET = 'a-secret-of-the-benchmark-and-of-nothing-else'
export const SUBJECT = 'Good morning, {{first_name|dear reader}}: the night trains'

export const newsletter: NewNewsletter = {
  slug: 'benchmark',
  name: 'The Harbour Record',
  fromName: 'The Harbour Record',
  fromAddress: 'news@example.com',
  replyTo: null,
  postalAddress: '4 Quay Street, Port Hale, PH1 2AB',
  homepage: null,
  locale: 'en',
  timeZone: 'Europe/Berlin',
}

/** Names that have to be escaped, names that have not, and none. */
const FIRST_NAMES = ['Ada', 'Zoë', 'Tom & Jo', '<b>"$&"</b>', 'नीला', '', 'Maximilian', "O'Neill"]

/** The sample article: some 25 KB of html when it is filled. */
export async function readSample(): Promise<Article> {
  const name = 'night-trains.md'
  const bytes = await readFile(join(import.meta.dirname, '..', 'examples', 'articles', name))
  return (await readArticle({ bytes, name })).article
}

/** What the article's template sees, and the template. */
export type SamplePage = { readonly template: LoadedTemplate; readonly props: IssueProps }

export async function samplePage(cacheDir: string): Promise<SamplePage> {
  const article = await readSample()
  const issue = { subject: SUBJECT, preheader: article.dek ?? '', number: 12, date: new Date('2026-05-14T06:00:00Z') }
  const template = (await loadTemplates({ cacheDir })).get('article')
  return { template, props: issueProps(newsletter, issue, [article]) }
}

/** The edition that a send of the sample goes out with. */
export function sampleEdition({ template, props }: SamplePage): Promise<Edition> {
  const headers: Parameters<typeof renderEdition>[0]['headers'] = (slots) =>
    issueHeaders({
      newsletter: newsletter.slug,
      publicUrl: PUBLIC_URL,
      issueId: 'sample',
      oneClickUrl: slots.url('one_click'),
    })
  return renderEdition({ template, props, headers, locale: newsletter.locale })
}

/** A reader as a batch knows them before its slots have values. */
export type SampleReader = ImportRow & { readonly subscriberId: SubscriberId }

/** Reader number `index`; each has another address. */
export function sampleRow(index: number): ImportRow {
  const address = `reader.${String(index).padStart(7, '0')}@example.com`
  const firstName = FIRST_NAMES[index % FIRST_NAMES.length] ?? ''
  return { address, addressKey: address, firstName, attributes: {} }
}

export function sampleReaders(count: number): readonly SampleReader[] {
  return Array.from({ length: count }, (_, index) => ({ ...sampleRow(index), subscriberId: newId<'subscriber'>() }))
}

/** Links as an installation makes them: each holds a token, which is a MAC. */
export function sampleLinks(): Links {
  return createLinks({ publicUrl: PUBLIC_URL, tokens: createTokens([SECRET]) })
}

/** All that fills the sample for one reader. */
export function sampleValues(
  links: Links,
  newsletterId: NewsletterId,
  edition: Edition,
  reader: SampleReader,
): SlotValues {
  const urls = links.slotUrls(newsletterId, reader.subscriberId)
  return { first_name: reader.firstName, ...urls, view: links.view(edition.hash) }
}
