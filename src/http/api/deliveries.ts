import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { notFound } from '../../error.ts'
import { findSend } from '../../send/schedule.ts'
import { pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const outcomes = z.enum(['planned', 'submitting', 'accepted', 'refused', 'uncertain', 'skipped'])
/** What became of one recipient, in answers. */
export const delivery = z
  .object({
    id: uuid,
    sendId: uuid.nullable().describe('Null for mail to one reader: a confirmation, a test.'),
    batchId: uuid,
    subscriberId: uuid.nullable(),
    address: z.string().nullable(),
    outcome: outcomes,
    reason: z.string().nullable(),
    providerMessageId: z.string().nullable(),
    fate: z.enum(['deferred', 'delivered', 'failed', 'suppressed', 'bounced', 'complained']).nullable(),
    fateAt: z.date().nullable().describe('When that happened, by the provider.'),
    updatedAt: z.date(),
  })
  .meta({ id: 'Delivery' })

const tags = ['Deliveries']

/** `/deliveries` and `/sends/:id/deliveries` */
export function deliveryRoutes({ store }: Pick<App, 'store'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/sends/:id/deliveries',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List what became of the recipients of a send',
          params: pathId<'send'>(),
          querystring: z.object({ ...pageQuery, outcome: outcomes.optional() }),
          response: { 200: pageOf(delivery) },
        },
      },
      async ({ params, query }) => {
        const { id: sendId } = await findSend({ store }, params.id)
        return store.deliveries.list({ ...query, sendId })
      },
    )
    api.get(
      '/deliveries/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get a delivery', params: pathId<'delivery'>(), response: { 200: delivery } },
      },
      async ({ params }) => {
        const found = await store.deliveries.get(params.id)
        if (!found) throw notFound('delivery', params.id)
        return found
      },
    )
  }
}
