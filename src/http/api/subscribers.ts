import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { AppError, notFound } from '../../error.ts'
import type { SubscriberId } from '../../id.ts'
import { findNewsletter } from '../../newsletter/find.ts'
import type { SubscriberStore } from '../../store/subscribers.ts'
import { importSubscribers } from '../../subscriber/import.ts'
import { subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import { leaveNewsletter } from '../../subscriber/unsubscribe.ts'
import { singleLine } from '../../text.ts'
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
const count = z.int()
const importReport = z.object({
  rows: count,
  added: count,
  updated: count,
  keptUnsubscribed: count.describe('Left earlier, and stay so.'),
  suppressed: count.describe('Are never to be written to, and stay so.'),
  problemCount: count,
  problems: z
    .array(z.object({ line: count, reason: z.string() }))
    .readonly()
    .describe('Rows that did not go in; the first thousand.'),
})
const importQuery = z.object({
  newsletter: newsletterName,
  consentSource: singleLine(500).describe('Where and how these people agreed to be written to; kept with each.'),
  email: singleLine(200).optional().describe('The column of addresses, when its name does not say so.'),
  firstName: singleLine(200).optional().describe('The column of first names, when its name does not say so.'),
})

const tags = ['Subscribers']

/** `/subscribers` */
export function subscriberRoutes(app: App): FastifyPluginAsyncZod {
  const { store } = app
  return async (api) => {
    // An import streams through, however long it is.
    api.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
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
        if (answer.kind === 'no_such_newsletter') throw notFound('newsletter', JSON.stringify(body.newsletter))
        return reply.code(202).send({ status: 'heard' as const })
      },
    )
    api.post(
      '/subscribers/import',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Subscribe people from a CSV file who agreed elsewhere',
          description:
            'The first line names the columns; besides address and first name, all are kept as attributes. Good rows go in ' +
            'whatever the others hold. Nobody who left, or is suppressed, comes back.',
          consumes: ['text/csv'],
          querystring: importQuery,
          body: z.custom<Readable>((body) => body instanceof Readable, 'expected a CSV file').meta({ type: 'string' }),
          response: { 200: importReport },
        },
      },
      async ({ body, query: { newsletter, consentSource, ...columns } }) => {
        const { id: newsletterId } = await findNewsletter(store.newsletters, newsletter)
        const options = { newsletterId, consentSource, columns }
        const report = await readToItsEnd(body, (file) => importSubscribers(store.subscribers, file, options))
        if (report.kind === 'refused') throw new AppError('invalid_input', report.reason)
        return report
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

/** A body that is left before its end takes the connection with it, and so the answer that says why. */
async function readToItsEnd<Result>(body: Readable, read: (parts: AsyncIterable<Uint8Array>) => Promise<Result>) {
  try {
    return await read(body.iterator({ destroyOnReturn: false }))
  } finally {
    // Whoever still waits for a next part lets go of the body later than now: this goes on reading then, `resume` would not.
    body.on('data', () => undefined)
  }
}
