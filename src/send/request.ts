import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { AppError } from '../error.ts'
import { type IssueId, isId, type SendId } from '../id.ts'
import { findIssue } from '../issue/find.ts'
import { findNewsletter } from '../newsletter/find.ts'
import type { Store } from '../store/store.ts'
import { ALLOWABLE } from './gate.ts'
import { findSend, rescheduleSend, type ScheduleDeps, scheduleSend } from './schedule.ts'
import type { Send } from './send.ts'
import { parseWhen } from './time.ts'

const time = {
  at: z.string().max(100).describe('`now`, an ISO 8601 time with offset, or a local time such as 2026-12-01T09:00.'),
  zone: z.string().max(64).optional().describe('The IANA zone of a local time. Default: the newsletter’s.'),
}

/** Ids of rules whose errors do not refuse a send. */
export const allowSchema = z
  .array(z.enum(ALLOWABLE))
  .describe('Rules whose errors do not refuse it; kept with the send and in the log.')

/** What is asked for when a send is scheduled. */
export const newSendSchema = z.strictObject({
  issue: z
    .custom<IssueId>((value) => typeof value === 'string' && isId(value), 'expected the id of an issue')
    .meta({ type: 'string', format: 'uuid' }),
  at: time.at.default('now'),
  zone: time.zone,
  again: z.boolean().default(false).describe('Sends an issue once more, to whoever cannot have it yet.'),
  graceSeconds: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .optional()
    .describe('How late it may still start; found later, it is missed. Default 6 hours.'),
  spreadSeconds: z
    .int()
    .min(60)
    .max(7 * 86_400)
    .optional()
    .describe('Spreads the send evenly over that time, in batches about a minute apart. Default: as fast as it goes.'),
  allow: allowSchema.optional(),
})

/** When a send is to go out instead. */
export const newTimeSchema = z.strictObject(time)

export type NewSendRequest = z.output<typeof newSendSchema>
export type NewTime = z.output<typeof newTimeSchema>

/** `note` says what was chosen where a time left a choice; null when there was none. */
export type AnsweredSend = { readonly kind: 'created' | 'replayed'; readonly send: Send; readonly note: string | null }

/**
 * Schedules a send as it was asked for. A request that comes again with its key is answered with the send it made,
 * whatever became of its time since; `scope` keeps the keys of one asker apart from those of others. `actor` is who asks,
 * for the log.
 * @throws AppError as `scheduleSend` does; `invalid_input` for a time that cannot be, with the nearest that can
 */
export async function requestSend(
  deps: ScheduleDeps,
  request: NewSendRequest,
  actor: string,
  again?: { readonly key: string; readonly scope: string } | undefined,
): Promise<AnsweredSend> {
  const idempotency = again && { key: `${again.scope}/${again.key}`, requestHash: hashOf(again.scope, request) }
  const known = idempotency && (await deps.store.sends.findRequest(idempotency))
  if (known?.kind === 'replayed') return { ...known, note: null }
  const issue = await findIssue(deps.store.issues, request.issue)
  const { at, note } = await readTime(deps, issue.newsletterId, request)
  const { again: repeats, graceSeconds, spreadSeconds, allow } = request
  const scheduled = await scheduleSend(deps, {
    issueId: issue.id,
    at,
    again: repeats,
    graceSeconds,
    spreadSeconds,
    idempotency,
    allow: allow && { rules: allow, actor },
  })
  return { ...scheduled, note }
}

/**
 * Moves a scheduled send to the time asked for.
 * @throws AppError as `rescheduleSend` does; `invalid_input` for a time that cannot be
 */
export async function requestOtherTime(
  deps: ScheduleDeps,
  id: SendId,
  time: NewTime,
): Promise<Omit<AnsweredSend, 'kind'>> {
  const { newsletterId } = await findSend(deps, id)
  const { at, note } = await readTime(deps, newsletterId, time)
  return { send: await rescheduleSend(deps, id, at), note }
}

type TimeDeps = { readonly store: Pick<Store, 'newsletters'>; readonly clock: Clock }

async function readTime({ store, clock }: TimeDeps, newsletterId: string, { at, zone }: NewTime) {
  if (at.trim() === 'now') return { at: 'now' as const, note: null }
  const { timeZone } = await findNewsletter(store.newsletters, newsletterId)
  const when = parseWhen(at, { now: clock.now(), zone: zone ?? timeZone })
  if (when.kind === 'instant') return { at: when.at, note: when.note ?? null }
  const nearest = when.nearest.length === 0 ? '' : ` The nearest time is ${when.nearest.join(' or ')}.`
  throw new AppError('invalid_input', 'The send cannot be scheduled for that time.', {
    problems: [{ where: '#/at', message: `${when.reason}${nearest}` }],
  })
}

function hashOf(scope: string, request: NewSendRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([scope, request]))
    .digest('hex')
}
