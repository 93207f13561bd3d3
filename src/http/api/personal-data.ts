import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { notFound } from '../../error.ts'
import type { SubscriberId } from '../../id.ts'
import { addressKey, pathId, uuid } from './shapes.ts'

const text = z.string().nullable()
const entry = z
  .object({
    newsletterId: uuid,
    newsletter: z.string().describe('Its slug.'),
    action: z.enum([
      'requested',
      'confirmed',
      'imported',
      'unsubscribed',
      'resubscribed',
      'paused',
      'resumed',
      'changed',
    ]),
    at: z.date(),
    source: z.string().describe('How: form, api, page, one_click, mail, operator, or what an import was told.'),
    form: text.describe('The page that held the form, or the address that was written to.'),
    wording: text.describe('The words agreed to, as shown.'),
    wordingVersion: text,
    ipHash: text.describe('A keyed hash of the IP address: the same for the same address, and nothing else.'),
    userAgent: text,
    detail: z.record(z.string(), z.unknown()).nullable(),
    message: z
      .object({ deliveryId: uuid, outcome: z.string(), providerMessageId: text, updatedAt: z.date() })
      .nullable()
      .describe('The mail that asked back, and what became of it.'),
  })
  .meta({ id: 'ConsentEntry' })
const rows = z.array(z.record(z.string(), z.unknown())).readonly()
const count = z.int()

const tags = ['Subscribers']

/** `/subscribers/:id/evidence`, `/subscribers/:id/data`, `/subscribers/erase` */
export function personalDataRoutes({ store, log }: Pick<App, 'store' | 'log'>): FastifyPluginAsyncZod {
  const known = async (id: SubscriberId) => {
    const found = await store.subscribers.get(id)
    if (!found) throw notFound('subscriber', id)
    return found
  }
  return async (api) => {
    api.get(
      '/subscribers/:id/evidence',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'Show what a subscriber agreed to, when and how',
          params: pathId<'subscriber'>(),
          response: { 200: z.object({ address: z.string(), entries: z.array(entry).readonly() }) },
        },
      },
      async ({ params }) => {
        const { address } = await known(params.id)
        return { address, entries: await store.personalData.evidence(params.id) }
      },
    )
    api.get(
      '/subscribers/:id/data',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'Export everything that is kept about a subscriber',
          params: pathId<'subscriber'>(),
          response: {
            200: z.object({
              subscriber: rows,
              subscriptions: rows,
              consent: rows,
              deliveries: rows,
              providerEvents: rows,
              inboundMail: rows,
              suppressions: rows,
              liftedSuppressions: rows,
            }),
          },
        },
      },
      async ({ params }) => {
        await known(params.id)
        return store.personalData.collect(params.id)
      },
    )
    api.post(
      '/subscribers/erase',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Erase a person',
          description:
            'Takes away everything that tells of the address, also where it is no subscriber’s, but for a salted hash ' +
            'that keeps imports and events from bringing it back. Mail not yet tried is not sent. Cannot be undone; may ' +
            'be repeated.',
          body: z.strictObject({ address: addressKey }),
          response: {
            200: z.object({
              wasSubscriber: z.boolean(),
              deliveries: count,
              providerEvents: count,
              inboundMail: count,
              underWay: count.describe('Batches in the provider’s hands that hold the address, for a day at most.'),
            }),
          },
        },
      },
      async ({ body, apiKey }) => {
        const done = await store.personalData.erase(body.address, `key ${apiKey?.name ?? ''}`)
        log.info({ event: 'reader_erased', ...done })
        return done
      },
    )
  }
}
