import type { Call } from './call.ts'
import { notFoundNamed } from './errors.ts'
import type { AcceptedEmail } from './mailbox.ts'
import { listPage } from './page.ts'
import type { Parts } from './parts.ts'
import { ok, type Reply, refused } from './reply.ts'

/** `GET /emails/:id`. */
export function readEmailById({ params }: Call, { mailbox }: Parts): Reply {
  const email = mailbox.find(params.id ?? '')
  return email ? ok({ object: 'email', ...summary(email), ...content(email) }) : refused(notFoundNamed('Email'))
}

/** `GET /emails`: newest first. */
export function listEmails({ query }: Call, { mailbox }: Parts): Reply {
  return listPage(query, mailbox.emails().toReversed(), summary, notFoundNamed('Email'))
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
    scheduled_at: email.scheduledAt && postgresTime(email.scheduledAt),
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
