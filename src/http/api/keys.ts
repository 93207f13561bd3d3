import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { notFound } from '../../error.ts'
import { singleLine } from '../../text.ts'
import { createKey, SCOPES } from '../keys.ts'
import { nothing, pageOf, pathId, uuid } from './shapes.ts'

const scopes = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length)
const fields = {
  id: uuid,
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)).readonly(),
  createdAt: z.date(),
  lastUsedAt: z.date().nullable().describe('To the minute.'),
}
const apiKey = z.object(fields).meta({ id: 'Key' })
const newApiKey = z.object({ ...fields, key: z.string().describe('Shown this once.') })

const tags = ['Keys']

/** `/keys`: for keys with every scope, so that none can make itself a greater one. */
export function keyRoutes({ store: { keys } }: Pick<App, 'store'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/keys',
      { config: { scopes: SCOPES }, schema: { tags, summary: 'List keys', response: { 200: pageOf(apiKey) } } },
      async () => ({ rows: await keys.list(), next: null }),
    )
    api.post(
      '/keys',
      {
        config: { scopes: SCOPES },
        schema: {
          tags,
          summary: 'Make a key',
          body: z.strictObject({ name: singleLine(100), scopes }),
          response: { 201: newApiKey },
        },
      },
      async ({ body }, reply) => {
        const { key, apiKey } = await createKey(keys, body)
        return reply.code(201).send({ ...apiKey, key })
      },
    )
    api.delete(
      '/keys/:id',
      {
        config: { scopes: SCOPES },
        schema: { tags, summary: 'Revoke a key', params: pathId<'key'>(), response: { 204: nothing } },
      },
      async ({ params }, reply) => {
        if (!(await keys.revoke(params.id))) throw notFound('key', params.id)
        return reply.code(204).send()
      },
    )
  }
}
