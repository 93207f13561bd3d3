import type { Finding } from '../check/rule.ts'
import type { Clock } from '../clock.ts'
import { mailLocale } from '../edition/languages.ts'
import type { DeliveryId, IssueId } from '../id.ts'
import { checkVariants } from '../issue/check.ts'
import { findIssue } from '../issue/find.ts'
import { sampleValues } from '../issue/preview.ts'
import { type RenderIssueDeps, renderIssue } from '../issue/render.ts'
import type { Links } from '../links.ts'
import { findNewsletter } from '../newsletter/find.ts'
import type { Provider } from '../provider/provider.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { singleBell } from './bells.ts'
import { worksElsewhere } from './schedule.ts'

export type TestMailDeps = Omit<RenderIssueDeps, 'store'> & {
  readonly store: Store
  readonly queue: Queue
  readonly provider: Pick<Provider, 'flags' | 'name'>
  readonly links: Pick<Links, 'slotUrls' | 'view'>
  readonly clock: Clock
}

/** A test mail on its way; `warnings` say what in it will not work as it would in a send. */
export type TestMail = {
  readonly deliveryId: DeliveryId
  readonly editionHash: string
  readonly warnings: readonly string[]
}

/**
 * Sends an issue to one address, ahead of bulk, its subject marked "[Test]". It shows what is known of a subscriber of
 * that address, and its links are nobody's: they lead to the newsletter's page and end no subscription.
 * @param to an address as `readAddress` keeps it
 * @param language as readers of that language get it; default: the subscriber's, else the newsletter's
 * @throws AppError `not_found`, or `invalid_input` when the issue cannot be rendered
 */
export async function sendTestMail(deps: TestMailDeps, id: IssueId, to: string, language?: string): Promise<TestMail> {
  const { store, links, clock, queue } = deps
  const issue = await findIssue(store.issues, id)
  const { newsletterId } = issue
  const newsletter = await findNewsletter(store.newsletters, newsletterId)
  const reader = await store.subscribers.findByAddress(to.toLowerCase())
  const locale = mailLocale(language ?? reader?.locale, newsletter.locale)
  const edition = await renderIssue(deps, { ...issue, subject: `[Test] ${issue.subject}` }, clock.now(), locale)
  await store.editions.put(edition, id)
  const slotValues = sampleValues(links, edition, newsletterId, reader)
  const mail = { newsletterId, subscriberId: null, address: to, editionHash: edition.hash, slotValues }
  const { deliveryId } = await store.deliveries.addSingle(mail)
  await queue.enqueue(singleBell(deliveryId))
  const findings = await checkVariants(deps, newsletter, [{ variant: 'main', locale: null, edition }])
  return { deliveryId, editionHash: edition.hash, warnings: [...warningsOf(deps), ...refusalsOf(findings)] }
}

function warningsOf({ provider, publicUrl }: TestMailDeps): readonly string[] {
  if (!provider.flags.leavesMachine || worksElsewhere(publicUrl)) return []
  return [
    'The links lead to PUBLIC_URL, which works on this machine only. A send is refused until it is a public https address.',
  ]
}

/** Of a send; the test mail goes out all the same, so that one can look at it. */
function refusalsOf(findings: readonly Finding[]): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error')
  return errors.map(({ rule, where, message }) => `A send would be refused (${rule}): ${where}: ${message}`)
}
