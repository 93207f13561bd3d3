import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'

const templates = z.object({
  rows: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['issue', 'single']).describe('issue: mail to an audience. single: mail to one reader.'),
      hasOwnText: z.boolean().describe('Whether it writes its plain-text part itself.'),
    }),
  ),
  broken: z.array(z.object({ name: z.string(), error: z.string() })),
  next: z.null(),
})

/** `/templates` */
export function templateRoutes(app: Pick<App, 'templates'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/templates',
      {
        config: { scopes: ['read'] },
        schema: {
          tags: ['Templates'],
          summary: 'List templates, and those that cannot be used',
          response: { 200: templates },
        },
      },
      async () => {
        const set = await app.templates()
        const rows = set.names.map((name) => {
          const { kind, hasText } = set.get(name)
          return { name, kind, hasOwnText: hasText }
        })
        return { rows, broken: set.broken.map(({ name, error }) => ({ name, error })), next: null }
      },
    )
  }
}
