import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { findSend } from '../../send/schedule.ts'
import { pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const entry = z
  .object({
    id: z.int(),
    sendId: uuid.nullable().describe('Null: about the provider, or single mail.'),
    action: z.string(),
    detail: z.record(z.string(), z.unknown()).describe('Counts and ids; never an address.'),
    actor: z.string(),
    at: z.date(),
  })
  .meta({ id: 'LogEntry' })

const tags = ['Answers']

/** `/log` and `/sends/:id/log`: what operators did. */
export function logRoutes({ store }: Pick<App, 'store'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/log',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List what operators did, newest first',
          description: 'Nothing in it is ever changed or deleted.',
          querystring: z.object(pageQuery),
          response: { 200: pageOf(entry) },
        },
      },
      ({ query }) => store.operator.log(query),
    )
    api.get(
      '/sends/:id/log',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List what operators did about a send, newest first',
          params: pathId<'send'>(),
          querystring: z.object(pageQuery),
          response: { 200: pageOf(entry) },
        },
      },
      async ({ params, query }) => {
        const { id: sendId } = await findSend({ store }, params.id)
        return store.operator.log({ ...query, sendId })
      },
    )
  }
}
