import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { notFound } from '../../error.ts'
import { INBOUND_MOVES, type InboundMail, type InboundState } from '../../inbound/inbound.ts'
import { INBOUND_BELL } from '../../inbound/receive.ts'
import { isOperator, replaySchema } from './replay.ts'
import { idSchema, pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const states = z.enum(Object.keys(INBOUND_MOVES) as [InboundState, ...InboundState[]])
const mail = z
  .object({
    id: uuid,
    source: z.string().describe('`smtp`, or the provider that took it in.'),
    recipient: z.string().describe('The address of ours that it came to; for operators’ keys with its token.'),
    sender: z
      .string()
      .nullable()
      .describe('Of the envelope; null where it is not known, or to keys that are no operator’s.'),
    receivedAt: z.date(),
    state: states.describe('`kept`: it waits for the operator.'),
    kind: z.string().nullable().describe('What it turned out to be: bounce, leave, auto_reply and others.'),
    reason: z.string().nullable().describe('Why it changed nothing.'),
    detail: z.string().nullable().describe('For a bounce: permanent, transient or policy, and its status.'),
    deliveryId: uuid.nullable().describe('The delivery it is about, once that is certain.'),
    newsletterId: uuid.nullable(),
    subscriberId: uuid.nullable(),
    attempts: z.int(),
  })
  .meta({ id: 'InboundMail' })
const mailWithRaw = mail.extend({
  raw: z
    .string()
    .nullable()
    .describe('As it came; null without an operator’s key, before it is fetched, and once erased.'),
})
const tags = ['Inbound mail']

/** `/inbound-mail` */
export function inboundRoutes({ store, queue }: Pick<App, 'store' | 'queue'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/inbound-mail',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List mail that came in, newest first',
          querystring: z.object({ ...pageQuery, state: states.optional() }),
          response: { 200: pageOf(mail) },
        },
      },
      async ({ query, apiKey }) => {
        const page = await store.inbound.list(query)
        return isOperator(apiKey) ? page : { ...page, rows: page.rows.map(withoutSecrets) }
      },
    )
    api.get(
      '/inbound-mail/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get a mail', params: pathId<'inbound'>(), response: { 200: mailWithRaw } },
      },
      async ({ params, apiKey }) => {
        const found = await store.inbound.get(params.id)
        if (!found) throw notFound('mail', params.id)
        if (!isOperator(apiKey)) return { ...withoutSecrets(found), raw: null }
        return { ...found, raw: found.raw && Buffer.from(found.raw).toString('utf8') }
      },
    )
    api.post(
      '/inbound-mail/replay',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Deal with mail once more',
          description:
            'Those that fit all that is given. Who subscribed, confirmed or left by mail does not do so again.',
          body: replaySchema(states),
          response: { 200: z.object({ mails: z.int().describe('How many are dealt with again, within seconds.') }) },
        },
      },
      async ({ body }) => {
        const mails = await store.inbound.replay(body)
        await queue.enqueue(INBOUND_BELL)
        return { mails }
      },
    )
    api.post(
      '/inbound-mail/discard',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Delete mail that was kept for the operator',
          body: z.strictObject({ ids: z.array(idSchema()).min(1).max(1_000) }),
          response: { 200: z.object({ mails: z.int().describe('How many are gone.') }) },
        },
      },
      async ({ body }) => ({ mails: await store.inbound.discard(body.ids) }),
    )
  }
}

/** Who wrote; and whoever knows an address to leave or to confirm can do so. */
function withoutSecrets<Mail extends InboundMail>(found: Mail): Mail {
  return { ...found, sender: null, recipient: found.recipient.replace(/\+[a-z2-7]{40,}@/, '+…@') }
}
