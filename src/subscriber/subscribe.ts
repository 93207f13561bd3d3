import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { AppError } from '../error.ts'
import type { Links, Reader } from '../links.ts'
import { localeSchema } from '../locale.ts'
import type { Logger } from '../log.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SingleEdition } from '../newsletter/single-mail.ts'
import type { Provider } from '../provider/provider.ts'
import type { Queue } from '../queue/queue.ts'
import { ringForSingles } from '../send/bells.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { SubscriberStore, SubscriptionRequest } from '../store/subscribers.ts'
import { internationalAddressSchema, isInternational, isOfDomain } from './address.ts'
import { firstNameSchema } from './first-name.ts'
import { addressCount, networkCounts, type RequestOrigin } from './limits.ts'
import type { ConsentCircumstances } from './subscriber.ts'
import type { Tokens } from './token.ts'

/** What a form or a program sends to subscribe somebody. */
export const subscribeInputSchema = z.strictObject({
  newsletter: z.string().min(1).max(64).describe('Slug or id of the newsletter.'),
  email: internationalAddressSchema,
  firstName: firstNameSchema,
  locale: localeSchema
    .nullable()
    .default(null)
    .describe('Their language, such as "de" or "de-AT"; null: the newsletter’s.'),
})

export type SubscribeInput = z.output<typeof subscribeInputSchema>

export type SubscribeDeps = {
  readonly newsletters: Pick<NewsletterStore, 'find'>
  readonly subscribers: Pick<SubscriberStore, 'request'>
  readonly links: Pick<Links, 'confirm' | 'confirmByMail'>
  readonly provider: { readonly flags: Pick<Provider['flags'], 'internationalAddresses'> }
  readonly tokens: Pick<Tokens, 'pseudonym'>
  readonly singleEdition: SingleEdition
  /** Is rung for the mail. */
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * `heard` says nothing about whether the address was known: nobody can ask the form who reads what. `not_taken`: the
 * newsletter does not take addresses of that domain. `not_reachable`: the provider cannot write to letters beyond ASCII
 * before the @. `too_many`: from where this request came, there were too many.
 */
export type SubscribeAnswer =
  | { readonly kind: 'heard' | 'not_taken' | 'not_reachable' | 'too_many'; readonly newsletter: Newsletter }
  | { readonly kind: 'no_such_newsletter' }

/** How long the link in a confirmation mail works. */
export const CONFIRM_WITHIN_DAYS = 7
const DAY_MS = 86_400_000
const MAX_CONFIRMATIONS = 3
const MIN_GAP_MS = 10 * 60_000

/**
 * Writes down that somebody wants to read a newsletter, and a mail that asks whether it was them; only their
 * confirmation makes them a reader. However often it is asked, an address gets at most three such mails of a newsletter,
 * ten minutes apart, then one a week once the link has expired, and six a day of all; a reader, and a suppressed address,
 * gets none. `origin`: where the request came from, if anybody could have made it.
 */
export async function subscribe(
  deps: SubscribeDeps,
  input: SubscribeInput,
  circumstances: ConsentCircumstances,
  origin?: RequestOrigin,
): Promise<SubscribeAnswer> {
  const newsletter = await deps.newsletters.find(input.newsletter)
  if (newsletter === null) return { kind: 'no_such_newsletter' }
  const isReachable = deps.provider.flags.internationalAddresses === true || !isInternational(input.email)
  if (!isReachable) return { kind: 'not_reachable', newsletter }
  if (!isTaken(input.email, newsletter)) return { kind: 'not_taken', newsletter }
  const mailbox = addressCount(deps.tokens, input.email)
  const counts = [mailbox, ...(origin ? networkCounts(deps.tokens, origin) : [])]
  const editionHash = await deps.singleEdition('confirm-subscription', newsletter, input.locale)
  const request = { ...requestOf(deps, newsletter, editionHash, input), circumstances, counts }
  const answer = await deps.subscribers.request(request)
  if (typeof answer !== 'string') {
    const by = answer.tooMany.some((count) => count !== mailbox) ? 'network' : 'address'
    deps.log.warn({ event: 'subscriptions_limited', newsletterId: newsletter.id, by })
    return { kind: by === 'network' ? 'too_many' : 'heard', newsletter }
  }
  deps.log.info({ event: 'subscription_requested', newsletterId: newsletter.id, answer })
  // Whatever the answer is: how long this takes must not tell who was known.
  void ringForSingles(deps.queue)
  return { kind: 'heard', newsletter }
}

function isTaken(address: string, { allowedDomains, deniedDomains }: Newsletter): boolean {
  if (isOfDomain(address, deniedDomains)) return false
  return allowedDomains.length === 0 || isOfDomain(address, allowedDomains)
}

function requestOf(
  { links, clock }: SubscribeDeps,
  { id: newsletterId }: Newsletter,
  editionHash: string,
  { email: address, firstName, locale }: SubscribeInput,
): Omit<SubscriptionRequest, 'circumstances' | 'counts'> {
  const expiresAt = new Date(clock.now().getTime() + CONFIRM_WITHIN_DAYS * DAY_MS)
  return {
    newsletterId,
    address,
    addressKey: address.toLowerCase(),
    firstName,
    locale,
    maxConfirmations: MAX_CONFIRMATIONS,
    minGapMs: MIN_GAP_MS,
    linkWorksMs: CONFIRM_WITHIN_DAYS * DAY_MS,
    confirmation: (subscriberId) => ({
      newsletterId,
      subscriberId,
      address,
      editionHash,
      slotValues: confirmationValues(links, { newsletterId, subscriberId }, expiresAt),
    }),
  }
}

/** Why a request to subscribe was not taken, as an error. */
export function refusalOf(kind: Exclude<SubscribeAnswer['kind'], 'heard'>, newsletter: string): AppError {
  switch (kind) {
    case 'no_such_newsletter': {
      const problems = [{ where: 'newsletter', message: `there is no newsletter ${JSON.stringify(newsletter)}` }]
      return new AppError('not_found', 'There is no such newsletter.', { problems })
    }
    case 'not_taken': {
      const problems = [{ where: 'email', message: 'the newsletter does not take addresses of this domain' }]
      return new AppError('invalid_input', 'The subscription could not be taken.', { problems })
    }
    case 'not_reachable': {
      const problems = [{ where: 'email', message: 'letters beyond A to Z before the @ cannot be written to yet' }]
      return new AppError('invalid_input', 'The subscription could not be taken.', { problems })
    }
    case 'too_many':
      return new AppError('too_many', 'Too many subscriptions came from this network. Try again in an hour.')
  }
}

/** The link that confirms and, where mail is taken in, the address to answer to: see `freezeBatch`. */
function confirmationValues(links: SubscribeDeps['links'], reader: Reader, expiresAt: Date): Record<string, string> {
  const byMail = links.confirmByMail(reader, expiresAt)
  return { confirm: links.confirm(reader, expiresAt), ...(byMail === null ? {} : { confirm_by_mail: byMail }) }
}
