import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { createIssue } from '../../issue/create.ts'
import { findIssue } from '../../issue/find.ts'
import { issueChangesSchema, newIssueSchema } from '../../issue/issue.ts'
import { previewIssue } from '../../issue/preview.ts'
import { updateIssue } from '../../issue/update.ts'
import { localeSchema } from '../../locale.ts'
import { sendTestMail } from '../../send/test-mail.ts'
import { addressSchema } from '../../subscriber/address.ts'
import { EMPTY_PAGE, narrowedTo, newsletterName, pageOf, pageQuery, pathId, uuid } from './shapes.ts'

const fields = {
  id: uuid,
  newsletterId: uuid,
  number: z.int(),
  subject: z.string(),
  preheader: z.string(),
  template: z.string(),
  excerpt: z
    .enum(['full', 'excerpt'])
    .nullable()
    .describe('Whether the mail shows whole articles or their beginnings; null: as the template does.'),
  articleIds: z.array(uuid).readonly(),
  createdAt: z.date(),
  updatedAt: z.date(),
}
const issue = z.object(fields).meta({ id: 'Issue' })
const changedIssue = z.object({
  ...fields,
  scheduledSend: uuid.nullable().describe('The send that is scheduled with the issue as it was.'),
  needsRefresh: z.boolean().describe('True: `POST /sends/{id}/refresh` takes the change into that send.'),
})
const preview = z.object({
  editionHash: z.string(),
  template: z.string(),
  locale: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })).readonly(),
})
const language = localeSchema
  .optional()
  .describe('As readers of that language get it: everything but the articles is in it, where there are sentences.')
const testMail = z.object({ deliveryId: uuid, editionHash: z.string(), warnings: z.array(z.string()).readonly() })

// A preview is mail: inline styles and pictures, and nothing that runs or asks for anything.
const PREVIEW_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'; sandbox"

const tags = ['Issues']

/** `/issues` */
export function issueRoutes(app: App): FastifyPluginAsyncZod {
  const { store } = app
  return async (api) => {
    api.get(
      '/issues',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List issues, newest first',
          querystring: z.object({ ...pageQuery, newsletter: newsletterName.optional() }),
          response: { 200: pageOf(issue) },
        },
      },
      async ({ query: { newsletter, ...page } }) => {
        const newsletterId = await narrowedTo(store.newsletters, newsletter)
        return newsletterId === null ? EMPTY_PAGE : store.issues.list({ ...page, newsletterId })
      },
    )
    api.post(
      '/issues',
      {
        config: { scopes: ['write'] },
        schema: { tags, summary: 'Make an issue', body: newIssueSchema, response: { 201: issue } },
      },
      async ({ body }, reply) => reply.code(201).send(await createIssue(app, body)),
    )
    api.get(
      '/issues/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get an issue', params: pathId<'issue'>(), response: { 200: issue } },
      },
      ({ params }) => findIssue(store.issues, params.id),
    )
    api.patch(
      '/issues/:id',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Change an issue',
          description: 'A send that is scheduled goes out as it was scheduled, unless it is refreshed.',
          params: pathId<'issue'>(),
          body: issueChangesSchema,
          response: { 200: changedIssue },
        },
      },
      async ({ params, body }) => {
        const { issue, scheduledSend } = await updateIssue(app, params.id, body)
        return { ...issue, scheduledSend, needsRefresh: scheduledSend !== null }
      },
    )
    api.get(
      '/issues/:id/preview',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'See an issue as a reader would get it',
          description: 'Filled for one of its readers; links of their own lead to the newsletter’s page.',
          params: pathId<'issue'>(),
          querystring: z.object({ format: z.enum(['json', 'html', 'text']).default('json'), language }),
          response: {
            200: {
              description: 'The mail, or one of its parts.',
              content: {
                'application/json': { schema: preview },
                'text/html': { schema: z.string() },
                'text/plain': { schema: z.string() },
              },
            },
          },
        },
      },
      async ({ params, query }, reply) => {
        const { edition, message } = await previewIssue(app, params.id, query.language)
        if (query.format === 'text') return reply.type('text/plain; charset=utf-8').send(message.text)
        if (query.format === 'html') {
          reply.header('content-security-policy', PREVIEW_POLICY)
          return reply.type('text/html; charset=utf-8').send(message.html)
        }
        const { hash: editionHash, template, locale } = edition
        return reply.type('application/json').send({ editionHash, template, locale, ...message })
      },
    )
    api.post(
      '/issues/:id/test',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Send an issue to one address, as a test',
          description: 'Its subject begins with "[Test]"; its links end no subscription.',
          params: pathId<'issue'>(),
          body: z.strictObject({ to: addressSchema, language }),
          response: { 202: testMail },
        },
      },
      async ({ params, body: { to, language } }, reply) =>
        reply.code(202).send(await sendTestMail(app, params.id, to, language)),
    )
  }
}
