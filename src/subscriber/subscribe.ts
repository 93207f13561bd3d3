import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Links } from '../links.ts'
import { localeSchema } from '../locale.ts'
import type { Logger } from '../log.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SingleEdition } from '../newsletter/single-mail.ts'
import type { Queue } from '../queue/queue.ts'
import { singleBell } from '../send/bells.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { SubscriberStore, SubscriptionRequest } from '../store/subscribers.ts'
import { addressSchema } from './address.ts'
import { firstNameSchema } from './first-name.ts'
import type { ConsentCircumstances } from './subscriber.ts'

/** What a form or a program sends to subscribe somebody. */
export const subscribeInputSchema = z.strictObject({
  newsletter: z.string().min(1).max(64).describe('Slug or id of the newsletter.'),
  email: addressSchema,
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
  readonly links: Pick<Links, 'confirm'>
  readonly singleEdition: SingleEdition
  /** Is rung for the mail. */
  readonly queue: Pick<Queue, 'enqueue'>
  readonly clock: Clock
  readonly log: Logger
}

/** `heard` says nothing about whether the address was known: nobody can ask the form who reads what. */
export type SubscribeAnswer =
  | { readonly kind: 'heard'; readonly newsletter: Newsletter }
  | { readonly kind: 'no_such_newsletter' }

/** How long the link in a confirmation mail works. */
export const CONFIRM_WITHIN_DAYS = 7
const DAY_MS = 86_400_000
const MAX_CONFIRMATIONS = 3
const MIN_GAP_MS = 10 * 60_000

/**
 * Writes down that somebody wants to read a newsletter, and a mail that asks whether it was them; only their
 * confirmation makes them a reader. However often it is asked, an address gets at most three such mails, ten minutes
 * apart; a reader, and a suppressed address, gets none.
 */
export async function subscribe(
  deps: SubscribeDeps,
  input: SubscribeInput,
  circumstances: ConsentCircumstances,
): Promise<SubscribeAnswer> {
  const newsletter = await deps.newsletters.find(input.newsletter)
  if (newsletter === null) return { kind: 'no_such_newsletter' }
  const editionHash = await deps.singleEdition('confirm-subscription', newsletter, input.locale)
  const answer = await deps.subscribers.request(requestOf(deps, newsletter, editionHash, input, circumstances))
  deps.log.info({ event: 'subscription_requested', newsletterId: newsletter.id, answer })
  // Whatever the answer is: how long this takes must not tell who was known.
  await deps.queue.enqueue(singleBell(randomUUID()))
  return { kind: 'heard', newsletter }
}

function requestOf(
  { links, clock }: SubscribeDeps,
  { id: newsletterId }: Newsletter,
  editionHash: string,
  { email: address, firstName, locale }: SubscribeInput,
  circumstances: ConsentCircumstances,
): SubscriptionRequest {
  const expiresAt = new Date(clock.now().getTime() + CONFIRM_WITHIN_DAYS * DAY_MS)
  return {
    newsletterId,
    address,
    addressKey: address.toLowerCase(),
    firstName,
    locale,
    circumstances,
    maxConfirmations: MAX_CONFIRMATIONS,
    minGapMs: MIN_GAP_MS,
    confirmation: (subscriberId) => ({
      newsletterId,
      subscriberId,
      address,
      editionHash,
      slotValues: { confirm: links.confirm({ newsletterId, subscriberId }, expiresAt) },
    }),
  }
}
