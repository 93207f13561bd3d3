import type { Clock } from '../clock.ts'
import type { Edition } from '../edition/edition.ts'
import { fillEdition } from '../edition/fill.ts'
import { otherLanguages } from '../edition/languages.ts'
import { longValues } from '../edition/long-values.ts'
import { slotNames } from '../edition/slot-names.ts'
import { AppError, notFound } from '../error.ts'
import type { IssueId, SendId } from '../id.ts'
import type { Issue } from '../issue/issue.ts'
import { type RenderIssueDeps, renderIssue } from '../issue/render.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { Provider } from '../provider/provider.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { readAddress } from '../subscriber/address.ts'
import { prepareBell } from './bells.ts'
import type { SlotLinks } from './freeze.ts'
import type { Send, SendEdition } from './send.ts'

/** What scheduling needs to know of the world. */
export type ScheduleDeps = Omit<RenderIssueDeps, 'store'> & {
  readonly store: Store
  readonly queue: Queue
  readonly provider: Pick<Provider, 'flags' | 'name'>
  readonly links: SlotLinks
  readonly clock: Clock
}

/** What is to be sent, and when. */
export type ScheduleRequest = {
  readonly issueId: IssueId
  readonly at: Date | 'now'
  /** Sends an issue once more, to whoever cannot have it yet. Default false. */
  readonly again?: boolean | undefined
  /** How late it may still start. Default 6 hours. */
  readonly graceSeconds?: number | undefined
  /** The time over which it is spread. Default: none, as fast as the provider takes it. */
  readonly spreadSeconds?: number | undefined
  readonly idempotency?: { readonly key: string; readonly requestHash: string } | undefined
}

export type Scheduled = { readonly kind: 'created' | 'replayed'; readonly send: Send }

const DEFAULT_GRACE_SECONDS = 6 * 3_600
/** Gmail shows about 102 KB of a mail's html and hides the rest, the unsubscribe link with it. */
const MAX_HTML_BYTES = 100_000

/**
 * Schedules a send: renders the issue in every language that matters, checks and stores the editions and pins them. What
 * goes out is what was rendered here, whatever is deployed or edited later.
 * @throws AppError `not_found`, `invalid_input` (nobody to write to, a time in the past, an issue that must not go
 * out), `conflict` (the issue has a send already; the key was used for something else)
 */
export async function scheduleSend(deps: ScheduleDeps, request: ScheduleRequest): Promise<Scheduled> {
  const issue = await findIssue(deps, request.issueId)
  const newsletter = await findNewsletter(deps, issue)
  requireSendable(deps, newsletter)
  await requireReaders(deps, newsletter)
  const editions = await storeEditions(deps, issue, newsletter, request.at)
  const created = await deps.store.sends.create({
    issueId: issue.id,
    newsletterId: newsletter.id,
    scheduledAt: request.at,
    graceSeconds: request.graceSeconds ?? DEFAULT_GRACE_SECONDS,
    spreadSeconds: request.spreadSeconds ?? null,
    again: request.again ?? false,
    editions,
    idempotency: request.idempotency,
  })
  switch (created.kind) {
    case 'created':
      await deps.queue.enqueue(prepareBell(created.send))
      return created
    case 'replayed':
      return created
    case 'key_reused':
      throw new AppError('conflict', 'This Idempotency-Key was used for another request. Use a new one.')
    case 'exists':
      throw new AppError(
        'conflict',
        request.again
          ? `Send ${created.sendId} of issue ${issue.id} is not done yet. Wait until it is sent, or cancel it.`
          : `Issue ${issue.id} has send ${created.sendId} already. Ask for it \`again\` to reach those who cannot have it yet.`,
      )
  }
}

/** Renders a scheduled send's issue anew, so that later edits go out after all. */
export async function refreshSend(deps: ScheduleDeps, id: SendId): Promise<Send> {
  const send = await findSend(deps, id)
  const issue = await findIssue(deps, send.issueId)
  const newsletter = await findNewsletter(deps, issue)
  requireSendable(deps, newsletter)
  const editions = await storeEditions(deps, issue, newsletter, send.scheduledAt)
  if (!(await deps.store.sends.replaceEditions(id, editions))) throw notScheduled(send)
  return findSend(deps, id)
}

/** Moves a scheduled send to another time. */
export async function rescheduleSend(deps: ScheduleDeps, id: SendId, at: Date | 'now'): Promise<Send> {
  const send = await findSend(deps, id)
  const when = at === 'now' ? await deps.store.now() : at
  if (!(await deps.store.sends.reschedule(id, when))) throw notScheduled(send)
  const moved = await findSend(deps, id)
  await deps.queue.enqueue(prepareBell(moved))
  return moved
}

/** @throws AppError `not_found` */
export async function findSend(deps: { readonly store: Pick<Store, 'sends'> }, id: SendId): Promise<Send> {
  const send = await deps.store.sends.get(id)
  if (!send) throw notFound('send', id)
  return send
}

async function findIssue({ store }: ScheduleDeps, id: IssueId): Promise<Issue> {
  const issue = await store.issues.get(id)
  if (!issue) throw notFound('issue', id)
  return issue
}

async function findNewsletter({ store }: ScheduleDeps, issue: Issue): Promise<Newsletter> {
  const newsletter = await store.newsletters.get(issue.newsletterId)
  if (!newsletter) throw notFound('newsletter', issue.newsletterId)
  return newsletter
}

/** Whether mail of this newsletter may leave at all; a test mail to oneself only warns about the links. */
function requireSendable({ provider, publicUrl }: ScheduleDeps, newsletter: Newsletter): void {
  const problems = []
  if (newsletter.postalAddress.trim() === '') {
    problems.push({ where: 'newsletter.postalAddress', message: 'expected where the sender can be reached by post' })
  }
  if (readAddress(newsletter.fromAddress).kind !== 'ok') {
    problems.push({ where: 'newsletter.fromAddress', message: 'expected an email address' })
  }
  if (provider.flags.leavesMachine && !worksElsewhere(publicUrl)) {
    const message = `expected an https address that readers can reach, because ${provider.name} sends real mail`
    problems.push({ where: 'PUBLIC_URL', message })
  }
  if (problems.length > 0) {
    throw new AppError('invalid_input', `Newsletter ${newsletter.slug} cannot be sent yet.`, { problems })
  }
}

/** Whether links that start with `publicUrl` work for somebody who is not on this machine. */
export function worksElsewhere(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  const loopback = hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$|^0\./.test(hostname)
  return protocol === 'https:' && !loopback
}

async function requireReaders({ store }: ScheduleDeps, newsletter: Newsletter): Promise<void> {
  if (await store.sends.hasReaders(newsletter.id)) return
  throw new AppError(
    'invalid_input',
    `Newsletter ${newsletter.slug} has no confirmed reader, so there is nobody to send to. Import or subscribe some first.`,
  )
}

/** One edition in the newsletter's language, for whoever has no other, and one for each other that its readers have. */
async function storeEditions(
  deps: ScheduleDeps,
  issue: Issue,
  { id, locale }: Newsletter,
  at: Date | 'now',
): Promise<readonly SendEdition[]> {
  const date = at === 'now' ? deps.clock.now() : at
  const others = await deps.store.sends.languagesOf(id, otherLanguages(locale))
  const editions: SendEdition[] = [
    { variant: 'main', locale: null, editionHash: await storeEdition(deps, issue, date, locale) },
  ]
  for (const language of others) {
    const editionHash = await storeEdition(deps, issue, date, language)
    editions.push({ variant: language, locale: language, editionHash })
  }
  return editions
}

async function storeEdition(deps: ScheduleDeps, issue: Issue, date: Date, locale: string): Promise<string> {
  const edition = await renderIssue(deps, issue, date, locale)
  requireReadableSize(edition)
  requireLinks(deps, issue, edition)
  await deps.store.editions.put(edition, issue.id)
  return edition.hash
}

function requireReadableSize(edition: Edition): void {
  const bytes = Buffer.byteLength(fillEdition(edition, longValues(edition)).html)
  if (bytes <= MAX_HTML_BYTES) return
  const kilobytes = (bytes / 1_000).toFixed(0)
  throw new AppError(
    'invalid_input',
    `The issue's html is ${kilobytes} kB, and mail over 100 kB is cut off by Gmail.`,
    {
      problems: [{ where: 'issue.articles', message: 'expected fewer or shorter articles' }],
    },
  )
}

/** A message is not made with a link missing or unsafe: better said now than by every batch when it is frozen. */
function requireLinks({ links }: ScheduleDeps, issue: Issue, edition: Edition): void {
  const values = { ...links.slotUrls(issue.newsletterId, null), view: links.view(edition.hash) }
  const unknown = slotNames(edition).urls.filter((name) => !Object.hasOwn(values, name))
  if (unknown.length > 0) {
    throw new AppError('invalid_input', `The template ${edition.template} cannot be sent.`, {
      problems: unknown.map((name) => ({
        where: `url slot ${name}`,
        message: `expected one of ${Object.keys(values).join(', ')}`,
      })),
    })
  }
  fillEdition(edition, values)
}

function notScheduled(send: Send): AppError {
  return new AppError('conflict', `Send ${send.id} is ${send.state}; that is possible only while it is scheduled.`)
}
