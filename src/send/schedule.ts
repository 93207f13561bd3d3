import type { Clock } from '../clock.ts'
import { AppError, notFound } from '../error.ts'
import type { IssueId, SendId } from '../id.ts'
import { checkVariants } from '../issue/check.ts'
import type { Issue } from '../issue/issue.ts'
import type { RenderIssueDeps } from '../issue/render.ts'
import { renderVariants } from '../issue/variants.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { Provider } from '../provider/provider.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { readAddress } from '../subscriber/address.ts'
import { prepareBell } from './bells.ts'
import type { SlotLinks } from './freeze.ts'
import { requirePassed } from './gate.ts'
import type { AllowedChecks, Send, SendEdition } from './send.ts'

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
  /** Rules whose errors do not refuse it. Default: none. */
  readonly allow?: AllowedChecks | undefined
}

export type Scheduled = { readonly kind: 'created' | 'replayed'; readonly send: Send }

const DEFAULT_GRACE_SECONDS = 6 * 3_600

/**
 * Schedules a send: renders the issue in every language that matters, checks and stores the editions and pins them. What
 * goes out is what was rendered here, whatever is deployed or edited later.
 * @throws AppError `not_found`, `invalid_input` (nobody to write to, a time in the past, an issue that must not go
 * out or fails a check that is not allowed), `conflict` (the issue has a send already; the key was used for something
 * else)
 */
export async function scheduleSend(deps: ScheduleDeps, request: ScheduleRequest): Promise<Scheduled> {
  const issue = await findIssue(deps, request.issueId)
  const newsletter = await findNewsletter(deps, issue)
  requireSendable(deps, newsletter)
  await requireReaders(deps, newsletter)
  const { editions, allowed } = await storeEditions(deps, issue, newsletter, request.at, request.allow)
  const created = await deps.store.sends.create({
    issueId: issue.id,
    newsletterId: newsletter.id,
    scheduledAt: request.at,
    graceSeconds: request.graceSeconds ?? DEFAULT_GRACE_SECONDS,
    spreadSeconds: request.spreadSeconds ?? null,
    again: request.again ?? false,
    editions,
    allowed,
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

/**
 * Renders a scheduled send's issue anew, so that later edits go out after all. What was allowed stays allowed.
 * @throws AppError as `scheduleSend` does
 */
export async function refreshSend(deps: ScheduleDeps, id: SendId, allow: AllowedChecks): Promise<Send> {
  const send = await findSend(deps, id)
  const issue = await findIssue(deps, send.issueId)
  const newsletter = await findNewsletter(deps, issue)
  requireSendable(deps, newsletter)
  const both = { ...allow, rules: [...send.allowedChecks, ...allow.rules] }
  const { editions, allowed } = await storeEditions(deps, issue, newsletter, send.scheduledAt, both)
  if (!(await deps.store.sends.replaceEditions(id, editions, allowed))) throw notScheduled(send)
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

/** Keeps every edition that readers get, once all of them pass; `allowed` is what that took, if anything. */
async function storeEditions(
  deps: ScheduleDeps,
  issue: Issue,
  newsletter: Newsletter,
  at: Date | 'now',
  allow: AllowedChecks | undefined,
): Promise<{ readonly editions: readonly SendEdition[]; readonly allowed: AllowedChecks | undefined }> {
  const variants = await renderVariants(deps, issue, newsletter, at === 'now' ? deps.clock.now() : at)
  const rules = requirePassed(await checkVariants(deps, newsletter, variants), allow?.rules ?? [])
  for (const { edition } of variants) await deps.store.editions.put(edition, issue.id)
  return {
    editions: variants.map(({ variant, locale, edition }) => ({ variant, locale, editionHash: edition.hash })),
    allowed: allow && rules.length > 0 ? { ...allow, rules } : undefined,
  }
}

function notScheduled(send: Send): AppError {
  return new AppError('conflict', `Send ${send.id} is ${send.state}; that is possible only while it is scheduled.`)
}
