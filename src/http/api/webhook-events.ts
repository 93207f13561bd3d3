import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { notFound } from '../../error.ts'
import { EVENTS_BELL } from '../../outcome/apply.ts'
import { EVENT_MOVES, type EventState } from '../../outcome/event.ts'
import { isOperator, replaySchema } from './replay.ts'
import { idSchema, pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const states = z.enum(Object.keys(EVENT_MOVES) as [EventState, ...EventState[]])
const event = z
  .object({
    id: uuid,
    provider: z.string(),
    eventId: z.string().describe('The provider’s own id of it.'),
    type: z.string().nullable().describe('Null when it could not be read.'),
    occurredAt: z.date(),
    receivedAt: z.date(),
    state: states,
    reason: z.string().nullable().describe('Why it is early, foreign or ignored.'),
    deliveryId: uuid.nullable().describe('The delivery it is about, once that is certain.'),
    verdict: z.string().nullable().describe('What it says of the address: bounced, complained, provider, transient.'),
  })
  .meta({ id: 'ProviderEvent' })
const eventWithRaw = event.extend({
  raw: z.string().nullable().describe('As it came, addresses included; null without an operator’s key.'),
})
const tags = ['Provider events']

/** `/webhook-events` */
export function webhookEventRoutes({ store, queue }: Pick<App, 'store' | 'queue'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/webhook-events',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List what providers told, newest first',
          querystring: z.object({
            ...pageQuery,
            state: states.optional(),
            delivery: idSchema<'delivery'>().optional().describe('Only those about this delivery.'),
          }),
          response: { 200: pageOf(event) },
        },
      },
      ({ query: { delivery, ...page } }) => store.events.list({ ...page, deliveryId: delivery }),
    )
    api.get(
      '/webhook-events/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get an event', params: pathId<'event'>(), response: { 200: eventWithRaw } },
      },
      async ({ params, apiKey }) => {
        const found = await store.events.get(params.id)
        if (!found) throw notFound('event', params.id)
        return { ...found, raw: isOperator(apiKey) ? Buffer.from(found.raw).toString('utf8') : null }
      },
    )
    api.post(
      '/webhook-events/replay',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Apply stored events once more',
          description: 'Those that fit all that is given. What was applied before is not done twice.',
          body: replaySchema(states),
          response: { 200: z.object({ events: z.int().describe('How many are applied again, within seconds.') }) },
        },
      },
      async ({ body }) => {
        const events = await store.events.replay(body)
        await queue.enqueue(EVENTS_BELL)
        return { events }
      },
    )
  }
}
