import { z } from 'zod'
import type { Call } from '../call.ts'
import { apiErrors, invalidField, notFoundNamed } from '../errors.ts'
import { listPage } from '../page.ts'
import type { Parts } from '../parts.ts'
import { ok, type Reply, refused } from '../reply.ts'
import type { Message, Webhook } from './webhook.ts'

const endpoint = z.url({ protocol: /^https?$/ })
const events = z.array(z.string().regex(/^(email|contact|domain|suppression|topic|inbox)(\.[a-z_]+)+$/)).nonempty()
const createBody = z.object({ endpoint, events })
const changeBody = z.object({ endpoint, events, status: z.enum(['enabled', 'disabled']) }).partial()

/** `POST /webhooks`. */
export function createWebhook({ body }: Call, { webhooks }: Parts): Reply {
  const input = createBody.safeParse(body)
  if (!input.success) return refused(wrongField(input.error))
  const { id, secret } = webhooks.add(input.data)
  return ok({ object: 'webhook', id, signing_secret: secret })
}

/** `GET /webhooks`. */
export function listWebhooks({ query }: Call, { webhooks }: Parts): Reply {
  return listPage(query, webhooks.all().toReversed(), summary, notFoundNamed('Webhook'))
}

/** `GET /webhooks/:id`. */
export const readWebhook = forWebhook((webhook) =>
  ok({ object: 'webhook', ...summary(webhook), signing_secret: webhook.secret }),
)

/** `PATCH /webhooks/:id`. */
export const changeWebhook = forWebhook((webhook, { body }) => {
  const input = changeBody.safeParse(body)
  if (!input.success) return refused(wrongField(input.error))
  Object.assign(webhook, input.data)
  if (input.data.status === 'enabled') webhook.failingSince = undefined
  return ok({ object: 'webhook', id: webhook.id })
})

/** `DELETE /webhooks/:id`. */
export const removeWebhook = forWebhook(({ id }, _, { webhooks }) =>
  ok({ object: 'webhook', id, deleted: webhooks.remove(id) }),
)

/** `POST /webhooks/:id/signing-secret/rotate`. */
export const rotateSecret = forWebhook((webhook, _, { webhooks }) => {
  webhooks.rotate(webhook)
  return ok({ object: 'webhook', id: webhook.id, signing_secret: webhook.secret })
})

/** `GET /webhooks/:id/events`. */
export const listEvents = forWebhook(({ messages }, { query }) =>
  listPage(query, [...messages.values()].toReversed(), logged, notFoundNamed('Event')),
)

/** `GET /webhooks/:id/events/:event`. */
export const readEvent = forEvent((message) =>
  ok({
    object: 'webhook_event',
    ...logged(message),
    next_attempt_at: message.nextAttemptAt?.toISOString() ?? null,
    payload: JSON.parse(message.body),
  }),
)

/** `GET /webhooks/:id/events/:event/attempts`. */
export const listAttempts = forEvent(({ attempts }, { query }) =>
  listPage(query, attempts.toReversed(), (attempt) => attempt, notFoundNamed('Attempt')),
)

/** `POST /webhooks/:id/events/:event/replay`. */
export const replayEvent = forEvent((message, _, { postman }, webhook) => {
  postman.replay(webhook, message)
  return ok({ object: 'webhook_event', id: message.id })
})

function forWebhook(handle: (webhook: Webhook, call: Call, parts: Parts) => Reply) {
  return (call: Call, parts: Parts): Reply => {
    const webhook = parts.webhooks.find(call.params.id ?? '')
    return webhook ? handle(webhook, call, parts) : refused(notFoundNamed('Webhook'))
  }
}

function forEvent(handle: (message: Message, call: Call, parts: Parts, webhook: Webhook) => Reply) {
  return forWebhook((webhook, call, parts) => {
    const message = webhook.messages.get(call.params.event ?? '')
    return message ? handle(message, call, parts, webhook) : refused(notFoundNamed('Event'))
  })
}

function summary({ id, createdAt, status, endpoint, events }: Webhook): Record<string, unknown> {
  return { id, created_at: createdAt.toISOString(), status, endpoint, events }
}

function logged({ id, type, createdAt, status }: Message): { readonly id: string } & Record<string, unknown> {
  return { id, type, created_at: createdAt.toISOString(), status }
}

function wrongField({ issues }: z.ZodError) {
  const field = String(issues[0]?.path[0] ?? 'endpoint')
  return field === 'events' ? apiErrors.webhookEvents : invalidField(field, 'See https://resend.com/docs/webhooks.')
}
