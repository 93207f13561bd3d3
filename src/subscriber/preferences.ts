import { languageOf } from '../locale.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { SubscriberStore, SubscriberWithSubscriptions } from '../store/subscribers.ts'
import { pauseEnd } from './pause.ts'
import { type ReaderLinkDeps, readReaderLink } from './reader-link.ts'
import type { ConsentCircumstances, SubscriptionStatus } from './subscriber.ts'
import { type LeaveNewsletterDeps, leaveNewsletter } from './unsubscribe.ts'

export type PreferencesDeps = ReaderLinkDeps &
  LeaveNewsletterDeps & {
    readonly newsletters: Pick<NewsletterStore, 'list'>
    readonly subscribers: Pick<SubscriberStore, 'comeBack' | 'pause' | 'setDetails'>
  }

/** One newsletter that a reader has, or had. */
export type Choosable = {
  readonly newsletter: Newsletter
  readonly status: SubscriptionStatus
  /** Null: not paused now. */
  readonly pausedUntil: Date | null
}

/** What a reader is shown of themselves. The address is masked, because mails are forwarded with their links. */
export type Preferences = {
  readonly kind: 'ok'
  /** The one whose mail held the link. */
  readonly newsletter: Newsletter
  /** All of theirs, that one first. */
  readonly choosable: readonly Choosable[]
  readonly maskedAddress: string
  readonly firstName: string
  /** Null: the newsletter's; so is the time zone. */
  readonly locale: string | null
  readonly timeZone: string | null
}

/** What a reader may choose. A newsletter is meant by its slug; a pause ends when the day `until` (YYYY-MM-DD) begins. */
export type Choice =
  | { readonly kind: 'leave' | 'return' | 'resume'; readonly newsletter: string }
  | { readonly kind: 'pause'; readonly newsletter: string; readonly until: string }
  | { readonly kind: 'leave_all' }
  | { readonly kind: 'details'; readonly details: Details }

/** What a reader says about themselves; null: as the newsletter has it. */
export type Details = {
  readonly firstName: string
  readonly locale: string | null
  readonly timeZone: string | null
}

/** `not_possible`: the newsletter is none of theirs, or the day is none on which a pause may end. */
export type Chosen = { readonly kind: 'done' | 'not_possible'; readonly preferences: Preferences }

type Invalid = { readonly kind: 'invalid' }

/** What the holder of a preferences link has chosen; changes nothing. */
export async function readPreferences(deps: PreferencesDeps, token: string): Promise<Preferences | Invalid> {
  return (await findReader(deps, token))?.preferences ?? { kind: 'invalid' }
}

/** Does what the holder of a preferences link has chosen, and says how things stand then. */
export async function changePreferences(
  deps: PreferencesDeps,
  token: string,
  choice: Choice,
  circumstances: ConsentCircumstances,
): Promise<Chosen | Invalid> {
  const found = await findReader(deps, token)
  if (found === null) return { kind: 'invalid' }
  const isDone = await apply(deps, found, choice, circumstances)
  const preferences = await readPreferences(deps, token)
  return preferences.kind === 'invalid' ? preferences : { kind: isDone ? 'done' : 'not_possible', preferences }
}

type Found = { readonly reader: SubscriberWithSubscriptions; readonly preferences: Preferences }

async function findReader(deps: PreferencesDeps, token: string): Promise<Found | null> {
  const link = await readReaderLink(deps, 'preferences', token)
  if (link.kind !== 'ok') return null
  const reader = await deps.subscribers.get(link.subscriberId)
  if (!reader?.subscriptions.some(({ newsletterId }) => newsletterId === link.newsletter.id)) return null
  const now = deps.clock.now()
  const choosable = (await deps.newsletters.list()).flatMap((newsletter): Choosable[] => {
    const subscription = reader.subscriptions.find(({ newsletterId }) => newsletterId === newsletter.id)
    if (!subscription) return []
    const { status, pausedUntil } = subscription
    return [{ newsletter, status, pausedUntil: pausedUntil !== null && pausedUntil > now ? pausedUntil : null }]
  })
  const isFirst = ({ newsletter }: Choosable) => Number(newsletter.id === link.newsletter.id)
  const { address, firstName, locale, timeZone } = reader
  return {
    reader,
    preferences: {
      kind: 'ok',
      newsletter: link.newsletter,
      choosable: choosable.toSorted((one, other) => isFirst(other) - isFirst(one)),
      maskedAddress: mask(address),
      firstName,
      locale,
      timeZone,
    },
  }
}

/** Does it, and says whether it could be done. */
async function apply(
  deps: PreferencesDeps,
  { reader, preferences }: Found,
  choice: Choice,
  circumstances: ConsentCircumstances,
): Promise<boolean> {
  const { subscribers } = deps
  if (choice.kind === 'details') {
    const { newsletter, locale } = preferences
    // Who says "German" and had `de-AT` has said nothing new.
    const isSame = locale !== null && choice.details.locale === languageOf(locale)
    await subscribers.setDetails(
      newsletter.id,
      reader.id,
      isSame ? { ...choice.details, locale } : choice.details,
      circumstances,
    )
    return true
  }
  if (choice.kind === 'leave_all') {
    for (const { newsletter } of preferences.choosable) {
      await leaveNewsletter(deps, newsletter, reader.id, circumstances)
    }
    return true
  }
  const newsletter = preferences.choosable.find((one) => one.newsletter.slug === choice.newsletter)?.newsletter
  if (newsletter === undefined) return false
  switch (choice.kind) {
    case 'leave':
      return leaveNewsletter(deps, newsletter, reader.id, circumstances)
    case 'return':
      return (await subscribers.comeBack(newsletter.id, reader.id, circumstances)).was !== null
    case 'resume':
      await subscribers.pause(newsletter.id, reader.id, null, circumstances)
      return true
    case 'pause': {
      const until = pauseEnd(choice.until, deps.clock.now(), preferences.timeZone ?? newsletter.timeZone)
      if (until !== null) await subscribers.pause(newsletter.id, reader.id, until, circumstances)
      return until !== null
    }
  }
}

function mask(address: string): string {
  return `${address.slice(0, 1)}…${address.slice(address.lastIndexOf('@'))}`
}
