import type { App } from '../src/app.ts'
import { readArticle } from '../src/article/read.ts'
import { type IssueId, newId, type SendId } from '../src/id.ts'
import { createIssue } from '../src/issue/create.ts'
import { createNewsletter } from '../src/newsletter/create.ts'
import { scheduleSend } from '../src/send/schedule.ts'

const SLUG = 'chaos'
const ROWS_AN_IMPORT = 5_000
const DOMAINS = ['example.com', 'example.net', 'example.org', 'mail.example']
const TEXT = `Ferry Runs Again
After nine weeks in dry dock, the Margit is back on the morning crossing.
AI Journalist: Ada Quill

The ferry left Port Hale at six on Monday morning with forty passengers & one goat.
`

/** A send of a world, and the issue it is of. */
export type Scheduled = { readonly id: SendId; readonly issue: IssueId }

/** Makes the newsletter of a world and subscribes its readers. */
export async function foundNewsletter({ store }: App, readers: number): Promise<void> {
  const { id } = await createNewsletter(store.newsletters, {
    slug: SLUG,
    name: 'The Harbour Letter',
    fromName: 'The Harbour Letter',
    fromAddress: 'letter@news.example.com',
    replyTo: null,
    postalAddress: '1 Quay Street, Port Hale',
    homepage: null,
    locale: 'en',
    timeZone: 'UTC',
  })
  const run = await store.imports.open({ newsletterId: id, source: 'chaos' })
  for (let first = 0; first < readers; first += ROWS_AN_IMPORT) {
    const rows = Array.from({ length: Math.min(ROWS_AN_IMPORT, readers - first) }, (_, index) => {
      const address = `reader${first + index}@${DOMAINS[index % DOMAINS.length]}`
      return { address, addressKey: address, firstName: `Reader ${first + index}`, attributes: {} }
    })
    await run.take(rows)
  }
  await run.close()
}

/** Schedules a send of a new issue, or of `issue` once more, for now. Asked again under its key, so that it can be. */
export async function scheduleIssue(app: App, issue?: IssueId): Promise<Scheduled> {
  const issueId = issue ?? (await writeIssue(app))
  const idempotency = { key: newId(), requestHash: 'chaos' }
  const schedule = () => scheduleSend(app, { issueId, at: 'now', again: issue !== undefined, idempotency })
  const { send } = await schedule().catch(schedule)
  return { id: send.id, issue: issueId }
}

async function writeIssue(app: App): Promise<IssueId> {
  const { article } = await readArticle({ text: TEXT })
  const { id } = await app.store.articles.create(article)
  return (await createIssue(app, { newsletter: SLUG, articles: [id], template: 'article' })).id
}
