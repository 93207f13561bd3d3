import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { findNewsletter } from '../../newsletter/find.ts'
import { MEANINGS } from '../../store/imports.ts'
import { exportSubscribers } from '../../subscriber/export.ts'
import { importSubscribers } from '../../subscriber/import.ts'
import { singleLine } from '../../text.ts'
import { answerImport, csvBody, fileQuery, importResponse } from './importing.ts'
import { newsletterName } from './shapes.ts'

const tags = ['Subscribers']

/** `/subscribers/import` and `/subscribers/export` */
export function subscriberFileRoutes({ store }: App): FastifyPluginAsyncZod {
  return async (api) => {
    api.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
    api.post(
      '/subscribers/import',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Bring people from a CSV file who agreed elsewhere',
          description:
            'The exports of other newsletter services, or any file whose first line names its columns; those that are ' +
            'not known are kept as attributes. Everybody becomes what they were there: subscribed, unsubscribed, or ' +
            'suppressed when they bounced or complained. Nobody who left, is suppressed or was erased comes back.',
          consumes: ['text/csv'],
          querystring: z.object({
            newsletter: newsletterName,
            consentSource: singleLine(500).describe(
              'Where and how these people agreed to be written to; kept with each.',
            ),
            as: z.enum(MEANINGS).optional().describe('What everybody in the file is at best. Default: confirmed.'),
            ...fileQuery,
          }),
          body: csvBody,
          response: importResponse,
        },
      },
      async (request, reply) => {
        const { newsletter, column: columns, ...query } = request.query
        const { id: newsletterId, slug: newsletterSlug } = await findNewsletter(store.newsletters, newsletter)
        return answerImport(request, reply, (file, options) =>
          importSubscribers(store.imports, file, { ...query, ...options, columns, newsletterId, newsletterSlug }),
        )
      },
    )
    api.get(
      '/subscribers/export',
      {
        config: { scopes: ['read'] },
        exposeHeadRoute: false,
        schema: {
          tags,
          summary: 'Write all subscriptions into a CSV file',
          description:
            'A row for each subscription, in UTF-8, made safe for spreadsheets: what they would take for a formula begins ' +
            'with an apostrophe, which an import takes away again.',
          querystring: z.object({
            newsletter: newsletterName.optional(),
            status: z.enum(['pending', 'confirmed', 'unsubscribed']).optional(),
          }),
          response: {
            200: {
              description: 'A CSV file.',
              content: { 'text/csv': { schema: z.custom<Readable>().meta({ type: 'string' }) } },
            },
          },
        },
      },
      async ({ query: { newsletter, status } }, reply) => {
        const newsletterId = newsletter && (await findNewsletter(store.newsletters, newsletter)).id
        reply.header('content-disposition', 'attachment; filename="subscribers.csv"').type('text/csv; charset=utf-8')
        const which = { status, newsletterId: newsletterId || undefined }
        return reply.send(Readable.from(exportSubscribers(store.exports, which)))
      },
    )
  }
}
