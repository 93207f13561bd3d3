import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { checkTemplate } from '../../check/template.ts'
import { shownPath } from '../../edition/frames.ts'
import type { LoadedTemplate } from '../../edition/templates.ts'

const summary = {
  name: z.string(),
  kind: z.enum(['issue', 'single']).describe('issue: mail to an audience. single: mail to one reader.'),
  hasOwnText: z.boolean().describe('Whether it writes its plain-text part itself.'),
  file: z.string().describe('Its source.'),
}
const templates = z.object({
  rows: z.array(z.object(summary)),
  broken: z.array(z.object({ name: z.string(), file: z.string(), error: z.string() })),
  next: z.null(),
})
const template = z.object({
  ...summary,
  declaredProps: z.array(z.string()).readonly().nullable().describe('The props its schema names; null: it has none.'),
  ownProps: z
    .array(z.string())
    .readonly()
    .describe('Props in its PreviewProps that no mail is given: what it shows of them in a preview is not sent.'),
  texts: z.array(z.string()).readonly().describe('The texts and attributes of a reader that it asks for.'),
  urls: z.array(z.string()).readonly().describe("The reader's own links that it shows."),
  findings: z
    .array(z.object({ rule: z.string(), severity: z.string(), message: z.string(), where: z.string() }))
    .readonly()
    .describe('What the rules of a send find in it when it shows its own sample.'),
})

/** `/templates` */
export function templateRoutes(app: Pick<App, 'template' | 'templates'>): FastifyPluginAsyncZod {
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
        const broken = set.broken.map(({ name, file, error }) => ({ name, file: shownPath(file), error }))
        return { rows: set.names.map((name) => summarise(set.get(name))), broken, next: null }
      },
    )
    api.get(
      '/templates/*',
      {
        config: { scopes: ['read'] },
        schema: {
          tags: ['Templates'],
          summary: 'Get a template, and what it lacks for a send',
          params: z.object({ '*': z.string().max(200).describe('Its name.') }),
          response: { 200: template },
        },
      },
      async ({ params }) => {
        const found = await app.template(params['*'])
        const { slots, findings } = await checkTemplate(found)
        const { declaredProps, ownProps } = found
        return { ...summarise(found), declaredProps, ownProps, ...slots, findings }
      },
    )
  }
}

function summarise({ name, kind, hasText, file }: LoadedTemplate) {
  return { name, kind, hasOwnText: hasText, file: shownPath(file) }
}
