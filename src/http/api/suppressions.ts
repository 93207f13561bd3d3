import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { AppError, notFound } from '../../error.ts'
import { findNewsletter } from '../../newsletter/find.ts'
import { exportSuppressions } from '../../suppression/export.ts'
import { importSuppressions } from '../../suppression/import.ts'
import { singleLine } from '../../text.ts'
import { answerImport, csvBody, fileQuery, importResponse } from './importing.ts'
import { actorOf } from './send-answers.ts'
import {
  addressKey,
  EMPTY_PAGE,
  narrowedTo,
  newsletterName,
  nothing,
  pageOf,
  pageQuery,
  pathId,
  uuid,
} from './shapes.ts'

const reason = z.enum(['bounced', 'complained', 'manual', 'erased', 'provider'])
const givenReason = z.enum(['manual', 'bounced', 'complained']).default('manual')
const suppression = z
  .object({
    id: uuid,
    addressKey: z.string().describe('The address as it is compared: in lower case.'),
    newsletterId: uuid.nullable().describe('Null: for every newsletter.'),
    reason,
    source: z.string(),
    createdAt: z.date(),
  })
  .meta({ id: 'Suppression' })
const lifted = suppression
  .extend({ liftedAt: z.date(), liftedBy: z.string(), why: z.string().nullable() })
  .meta({ id: 'LiftedSuppression' })
const scope = newsletterName.optional().describe('Only for one newsletter. Default: for every one.')
const source = singleLine(500).optional().describe('Who or what says so. Default: the key.')

const tags = ['Suppressions']

/** `/suppressions` */
export function suppressionRoutes({ store }: Pick<App, 'store'>): FastifyPluginAsyncZod {
  const { suppressions } = store
  const scopeOf = async (newsletter: string | undefined) =>
    newsletter === undefined ? null : (await findNewsletter(store.newsletters, newsletter)).id
  return async (api) => {
    api.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload))
    api.get(
      '/suppressions',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List suppressions, newest first, or those of one address',
          querystring: z.object({
            ...pageQuery,
            address: addressKey.optional(),
            newsletter: newsletterName.optional().describe('Only those for one newsletter alone.'),
            reason: reason.optional(),
          }),
          response: { 200: pageOf(suppression) },
        },
      },
      async ({ query: { address, newsletter, ...page } }) => {
        if (address !== undefined) return { rows: await suppressions.find(address), next: null }
        const newsletterId = await narrowedTo(store.newsletters, newsletter)
        return newsletterId === null ? EMPTY_PAGE : suppressions.list({ ...page, newsletterId })
      },
    )
    api.post(
      '/suppressions',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Never write to an address again',
          description: 'Takes effect before it is answered. 200 when the address was suppressed already.',
          body: z.strictObject({ address: addressKey, newsletter: scope, reason: givenReason, source }),
          response: { 201: suppression, 200: suppression },
        },
      },
      async ({ body, apiKey }, reply) => {
        const newsletterId = await scopeOf(body.newsletter)
        const says = body.source ?? actorOf(apiKey)
        const asked = { addressKey: body.address, newsletterId, reason: body.reason, source: says }
        const fate = await suppressions.add(asked)
        if (fate === 'erased') {
          throw new AppError(
            'conflict',
            'This address was erased on request: nothing of it is kept, and nobody writes to it.',
          )
        }
        const made = (await suppressions.find(body.address)).find((one) => one.newsletterId === newsletterId)
        if (!made) throw notFound('suppression of this address any more; it was lifted meanwhile,', 'so ask again')
        return reply.code(fate === 'suppressed' ? 201 : 200).send(made)
      },
    )
    api.post(
      '/suppressions/import',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Suppress every address of a CSV file',
          description: 'Whatever else its rows say. Where they tell a bounce or a complaint, that is the reason.',
          consumes: ['text/csv'],
          querystring: z.object({ newsletter: scope, reason: givenReason, source, ...fileQuery }),
          body: csvBody,
          response: importResponse,
        },
      },
      async (request, reply) => {
        const { newsletter, column: columns, source: says = actorOf(request.apiKey), ...query } = request.query
        const newsletterId = await scopeOf(newsletter)
        return answerImport(request, reply, (file, options) =>
          importSuppressions(suppressions, file, { ...query, ...options, columns, newsletterId, source: says }),
        )
      },
    )
    api.get(
      '/suppressions/export',
      {
        config: { scopes: ['read'] },
        exposeHeadRoute: false,
        schema: {
          tags,
          summary: 'Write suppressions into a CSV file',
          querystring: z.object({ newsletter: scope }),
          response: {
            200: {
              description: 'A CSV file.',
              content: { 'text/csv': { schema: z.custom<Readable>().meta({ type: 'string' }) } },
            },
          },
        },
      },
      async ({ query: { newsletter } }, reply) => {
        const rows = exportSuppressions(suppressions, await scopeOf(newsletter))
        reply.header('content-disposition', 'attachment; filename="suppressions.csv"').type('text/csv; charset=utf-8')
        return reply.send(Readable.from(rows))
      },
    )
    api.get(
      '/suppressions/lifted',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List what was lifted, the latest first: by whom, and why',
          querystring: z.object({ ...pageQuery, address: addressKey.optional() }),
          response: { 200: pageOf(lifted) },
        },
      },
      ({ query: { address, ...page } }) => suppressions.lifted({ ...page, addressKey: address }),
    )
    api.delete(
      '/suppressions/:id',
      {
        config: { scopes: ['write'] },
        schema: {
          tags,
          summary: 'Lift a suppression',
          description: 'Who did so, and why, is kept.',
          params: pathId<'suppression'>(),
          querystring: z.object({ why: singleLine(500).optional() }),
          response: { 204: nothing },
        },
      },
      async ({ params, query: { why = null }, apiKey }, reply) => {
        if (!(await suppressions.lift(params.id, { actor: actorOf(apiKey), why })))
          throw notFound('suppression', params.id)
        return reply.code(204).send()
      },
    )
  }
}
