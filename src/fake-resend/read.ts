import type { Call } from './call.ts'
import { apiErrors } from './errors.ts'
import type { AcceptedEmail, Mailbox } from './mailbox.ts'
import { ok, type Reply, refused } from './reply.ts'

/** `GET /emails/:id`. */
export function readEmailById(call: Call, mailbox: Mailbox): Reply {
  const email = mailbox.find(call.params.id ?? '')
  return email ? ok({ object: 'email', ...summary(email), ...content(email) }) : refused(apiErrors.emailNotFound)
}

/** `GET /emails`: newest first; `after` goes on behind an id, `before` ends in front of one. */
export function listEmails(call: Call, mailbox: Mailbox): Reply {
  const limit = Number(call.query.get('limit') ?? '20')
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) return refused(apiErrors.listLimit)
  const [after, before] = [call.query.get('after'), call.query.get('before')]
  if (after !== null && before !== null) return refused(apiErrors.listCursor)
  const newestFirst = mailbox.emails().toReversed()
  const cursor = after ?? before
  const at = cursor === null ? -1 : newestFirst.findIndex(({ id }) => id === cursor)
  if (cursor !== null && at < 0) return refused(apiErrors.emailNotFound)
  const [start, end] = before === null ? [at + 1, newestFirst.length] : [0, at]
  const page = before === null ? newestFirst.slice(start, start + limit) : newestFirst.slice(start, end).slice(-limit)
  return ok({ object: 'list', has_more: end - start > limit, data: page.map(summary) })
}

function summary(email: AcceptedEmail): Record<string, unknown> {
  return {
    id: email.id,
    message_id: email.messageId,
    to: email.to,
    from: email.from,
    created_at: postgresTime(email.acceptedAt),
    subject: email.subject,
    bcc: email.bcc,
    cc: email.cc,
    reply_to: email.replyTo,
    last_event: email.lastEvent,
    scheduled_at: email.scheduledAt,
  }
}

function content(email: AcceptedEmail): Record<string, unknown> {
  const tags = Object.entries(email.tags).map(([name, value]) => ({ name, value }))
  return { html: email.html, text: email.text, tags }
}

/** As the API writes times: `2023-04-03 22:13:42.674981+00`. */
function postgresTime(at: Date): string {
  return at.toISOString().replace('T', ' ').replace('Z', '000+00')
}
