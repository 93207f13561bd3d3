import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { notFound } from '../../error.ts'
import { findNewsletter } from '../../newsletter/find.ts'
import { addressKey, newsletterName, nothing, pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const suppression = z
  .object({
    id: uuid,
    addressKey: z.string().describe('The address as it is compared: in lower case.'),
    newsletterId: uuid.nullable().describe('Null: for every newsletter.'),
    reason: z.enum(['bounced', 'complained', 'manual', 'erased', 'provider']),
    source: z.string(),
    createdAt: z.date(),
  })
  .meta({ id: 'Suppression' })

const tags = ['Suppressions']

/** `/suppressions` */
export function suppressionRoutes({ store }: Pick<App, 'store'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/suppressions',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List suppressions, newest first, or those of one address',
          querystring: z.object({ ...pageQuery, address: addressKey.optional() }),
          response: { 200: pageOf(suppression) },
        },
      },
      async ({ query: { address, ...page } }) =>
        address === undefined
          ? store.suppressions.list(page)
          : { rows: await store.suppressions.find(address), next: null },
    )
    api.post(
      '/suppressions',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Never write to an address again',
          description: 'Takes effect before it is answered. 200 when the address was suppressed already.',
          body: z.strictObject({ address: addressKey, newsletter: newsletterName.optional() }),
          response: { 201: suppression, 200: suppression },
        },
      },
      async ({ body, apiKey }, reply) => {
        const newsletter = body.newsletter && (await findNewsletter(store.newsletters, body.newsletter))
        const newsletterId = newsletter ? newsletter.id : null
        const source = `key ${apiKey?.name ?? ''}`
        const isNew = await store.suppressions.add({ addressKey: body.address, newsletterId, reason: 'manual', source })
        const all = await store.suppressions.find(body.address)
        const made = all.find((one) => one.newsletterId === newsletterId)
        if (!made) throw notFound('suppression of this address any more; it was lifted meanwhile,', 'so ask again')
        return reply.code(isNew ? 201 : 200).send(made)
      },
    )
    api.delete(
      '/suppressions/:id',
      {
        config: { scopes: ['write'] },
        schema: { tags, summary: 'Lift a suppression', params: pathId<'suppression'>(), response: { 204: nothing } },
      },
      async ({ params }, reply) => {
        if (!(await store.suppressions.lift(params.id))) throw notFound('suppression', params.id)
        return reply.code(204).send()
      },
    )
  }
}
