import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { localeSchema } from '../../locale.ts'
import { createNewsletter } from '../../newsletter/create.ts'
import { findNewsletter } from '../../newsletter/find.ts'
import { newNewsletterSchema, newsletterChangesSchema } from '../../newsletter/newsletter.ts'
import { updateNewsletter } from '../../newsletter/update.ts'
import { renderSnippet } from '../public/subscribe-form.ts'
import { newsletterName, pageOf, uuid } from './shapes.ts'

const newsletter = z
  .object({
    id: uuid,
    slug: z.string(),
    name: z.string(),
    fromName: z.string(),
    fromAddress: z.string(),
    replyTo: z.string().nullable(),
    postalAddress: z.string(),
    homepage: z.string().nullable(),
    locale: z.string(),
    timeZone: z.string(),
    branding: z
      .object({
        logo: z.object({ src: z.string(), alt: z.string(), width: z.int(), height: z.int() }),
        accent: z.string(),
        accentDark: z.string(),
        face: z.enum(['serif', 'sans']),
        footer: z.string(),
      })
      .partial()
      .describe('How its mail looks; what is left out is as the theme has it.'),
    welcomeMail: z.boolean(),
    goodbyeMail: z.boolean(),
    allowedDomains: z.array(z.string()).readonly(),
    deniedDomains: z.array(z.string()).readonly(),
    createdAt: z.date(),
  })
  .meta({ id: 'Newsletter' })

const tags = ['Newsletters']
const params = z.object({ newsletter: newsletterName })

/** `/newsletters` */
export function newsletterRoutes({ store, publicUrl }: Pick<App, 'store' | 'publicUrl'>): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/newsletters',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'List all newsletters, by name', response: { 200: pageOf(newsletter) } },
      },
      async () => ({ rows: await store.newsletters.list(), next: null }),
    )
    api.post(
      '/newsletters',
      {
        config: { scopes: ['write'] },
        schema: { tags, summary: 'Make a newsletter', body: newNewsletterSchema, response: { 201: newsletter } },
      },
      async ({ body }, reply) => reply.code(201).send(await createNewsletter(store.newsletters, body)),
    )
    api.get(
      '/newsletters/:newsletter',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get a newsletter by slug or id', params, response: { 200: newsletter } },
      },
      ({ params }) => findNewsletter(store.newsletters, params.newsletter),
    )
    api.patch(
      '/newsletters/:newsletter',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Change a newsletter',
          description:
            'What is left out stays, also of its branding, of which null takes a part away. Its slug stays for ever, ' +
            'because links and `List-Id` carry it.',
          params,
          body: newsletterChangesSchema,
          response: { 200: newsletter },
        },
      },
      ({ params, body }) => updateNewsletter(store.newsletters, params.newsletter, body),
    )
    api.get(
      '/newsletters/:newsletter/form',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'Get the form of a newsletter for another site, as HTML to paste',
          params,
          querystring: z.object({
            language: localeSchema.optional().describe('Default: the newsletter’s.'),
            script: z
              .enum(['true', 'false'])
              .default('true')
              .describe('With a script of ours that keeps readers on the page; the form works without it.'),
          }),
          response: { 200: z.object({ html: z.string() }) },
        },
      },
      async ({ params, query }) => {
        const newsletter = await findNewsletter(store.newsletters, params.newsletter)
        const language = query.language ?? newsletter.locale
        return { html: renderSnippet(newsletter, { publicUrl, language, script: query.script === 'true' }) }
      },
    )
  }
}
