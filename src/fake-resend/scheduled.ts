import type { Call } from './call.ts'
import { apiErrors, invalidField, missingField, notFoundNamed } from './errors.ts'
import type { AcceptedEmail } from './mailbox.ts'
import type { Parts } from './parts.ts'
import { ok, type Reply, refused } from './reply.ts'
import { readScheduledAt, SCHEDULE_EXPECTED } from './scheduled-at.ts'

/** `PATCH /emails/:id`: another time for a scheduled email. */
export function rescheduleEmail(call: Call, parts: Parts): Reply {
  return forEmail(call, parts, (email) => {
    const text = scheduledAtOf(call.body)
    if (text === undefined) return refused(missingField('scheduled_at'))
    const at = readScheduledAt(text, parts.clock.now())
    if (!at) return refused(invalidField('scheduled_at', SCHEDULE_EXPECTED))
    return parts.lifecycle.reschedule(email, at) ? short(email) : refused(apiErrors.notScheduled)
  })
}

/** `POST /emails/:id/cancel`: only a scheduled email can be called off. */
export function cancelEmail(call: Call, parts: Parts): Reply {
  return forEmail(call, parts, (email) =>
    parts.lifecycle.cancel(email) ? short(email) : refused(apiErrors.notScheduled),
  )
}

function forEmail(call: Call, { mailbox }: Parts, handle: (email: AcceptedEmail) => Reply): Reply {
  const email = mailbox.find(call.params.id ?? '')
  return email ? handle(email) : refused(notFoundNamed('Email'))
}

function scheduledAtOf(body: unknown): string | undefined {
  const has = typeof body === 'object' && body !== null && 'scheduled_at' in body
  return has && typeof body.scheduled_at === 'string' ? body.scheduled_at : undefined
}

function short({ id }: AcceptedEmail): Reply {
  return ok({ object: 'email', id })
}
