import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { AppError, notFound } from '../../error.ts'
import type { SubscriberId } from '../../id.ts'
import { findNewsletter } from '../../newsletter/find.ts'
import type { SubscriberStore } from '../../store/subscribers.ts'
import { refusalOf, subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import { leaveNewsletter } from '../../subscriber/unsubscribe.ts'
import { addressKey, EMPTY_PAGE, narrowedTo, newsletterName, pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const status = z.enum(['pending', 'confirmed', 'unsubscribed'])
const subscriber = z
  .object({
    id: uuid,
    address: z.string(),
    firstName: z.string(),
    attributes: z.record(z.string(), z.string()),
    locale: z.string().nullable(),
    timeZone: z.string().nullable(),
    createdAt: z.date(),
    subscriptions: z
      .array(
        z.object({
          newsletterId: uuid,
          status,
          requestedAt: z.date(),
          confirmedAt: z.date().nullable(),
          unsubscribedAt: z.date().nullable(),
          pausedUntil: z.date().nullable().describe('No issue goes to them before; null or past: not paused.'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Subscriber' })
const tags = ['Subscribers']

/** `/subscribers` */
export function subscriberRoutes(app: App): FastifyPluginAsyncZod {
  const { store } = app
  return async (api) => {
    api.get(
      '/subscribers',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List subscribers, newest first, or find one by address',
          querystring: z.object({
            ...pageQuery,
            newsletter: newsletterName.optional(),
            status: status.optional(),
            address: addressKey.optional(),
          }),
          response: { 200: pageOf(subscriber) },
        },
      },
      async ({ query: { newsletter, address, ...page } }) => {
        if (address !== undefined) {
          const found = await store.subscribers.findByAddress(address)
          return { rows: found ? [found] : [], next: null }
        }
        const newsletterId = await narrowedTo(store.newsletters, newsletter)
        return newsletterId === null ? EMPTY_PAGE : store.subscribers.list({ ...page, newsletterId })
      },
    )
    api.post(
      '/subscribers',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Ask somebody to confirm a subscription',
          description: 'Writes them a confirmation mail. The answer does not tell whether they were known.',
          body: subscribeInputSchema,
          response: { 202: z.object({ status: z.literal('heard') }) },
        },
      },
      async ({ body }, reply) => {
        const answer = await subscribe({ ...app, ...store }, body, { source: 'api' })
        if (answer.kind !== 'heard') throw refusalOf(answer.kind, body.newsletter)
        return reply.code(202).send({ status: 'heard' as const })
      },
    )
    api.get(
      '/subscribers/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get a subscriber', params: pathId<'subscriber'>(), response: { 200: subscriber } },
      },
      ({ params }) => findSubscriber(store.subscribers, params.id),
    )
    api.post(
      '/subscribers/:id/unsubscribe',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'End a subscription for somebody who asked for it',
          params: pathId<'subscriber'>(),
          body: z.strictObject({ newsletter: newsletterName }),
          response: { 200: subscriber },
        },
      },
      async ({ params, body }) => {
        const newsletter = await findNewsletter(store.newsletters, body.newsletter)
        const known = await leaveNewsletter({ ...app, ...store }, newsletter, params.id, { source: 'operator' })
        if (!known) throw new AppError('not_found', `Subscriber ${params.id} never subscribed to ${newsletter.slug}.`)
        return findSubscriber(store.subscribers, params.id)
      },
    )
  }
}

async function findSubscriber(subscribers: Pick<SubscriberStore, 'get'>, id: SubscriberId) {
  const found = await subscribers.get(id)
  if (!found) throw notFound('subscriber', id)
  return found
}
