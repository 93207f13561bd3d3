import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import type { SendId } from '../../id.ts'
import { describeSend } from '../../send/describe.ts'
import { allowSchema, newSendSchema, newTimeSchema, requestOtherTime, requestSend } from '../../send/request.ts'
import { refreshSend } from '../../send/schedule.ts'
import type { Send } from '../../send/send.ts'
import { cancelSend, pauseSend, resumeSend } from '../../send/steer.ts'
import { actorOf } from './send-answers.ts'
import { note, send, sendStates, sendWithProgress } from './send-shapes.ts'
import { EMPTY_PAGE, narrowedTo, newsletterName, pageOf, pageQuery, pathId } from './shapes.ts'

const tags = ['Sends']
const params = pathId<'send'>()
const answeredSend = send.extend({ note })
const idempotencyHeader = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
    .optional()
    .describe('A request that comes again with its key is answered with the send it made.'),
})

/** `/sends` */
export function sendRoutes(app: App): FastifyPluginAsyncZod {
  const { store } = app
  return async (api) => {
    api.get(
      '/sends',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List sends, newest first',
          querystring: z.object({ ...pageQuery, newsletter: newsletterName.optional(), state: sendStates.optional() }),
          response: { 200: pageOf(send) },
        },
      },
      async ({ query: { newsletter, ...page } }) => {
        const newsletterId = await narrowedTo(store.newsletters, newsletter)
        return newsletterId === null ? EMPTY_PAGE : store.sends.list({ ...page, newsletterId })
      },
    )
    api.post(
      '/sends',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Schedule a send',
          description:
            'Renders the issue, holds it to the checks and pins it: what goes out is what it is now. 200 for a repeated request.',
          headers: idempotencyHeader,
          body: newSendSchema,
          response: { 201: answeredSend, 200: answeredSend },
        },
      },
      async ({ body, headers, apiKey }, reply) => {
        const key = headers['idempotency-key']
        const repeatable = key === undefined ? undefined : { key, scope: apiKey?.id ?? '' }
        const { kind, send, note } = await requestSend(app, body, actorOf(apiKey), repeatable)
        return reply.code(kind === 'created' ? 201 : 200).send({ ...send, note })
      },
    )
    api.get(
      '/sends/:id',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'Get a send with its progress', params, response: { 200: sendWithProgress } },
      },
      ({ params }) => describeSend(app, params.id),
    )
    api.patch(
      '/sends/:id',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Move a scheduled send to another time',
          params,
          body: newTimeSchema,
          response: { 200: answeredSend },
        },
      },
      async ({ params, body }) => {
        const { send, note } = await requestOtherTime(app, params.id, body)
        return { ...send, note }
      },
    )
    api.post(
      '/sends/:id/refresh',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Take later edits of its issue into a scheduled send',
          description: 'Held to the checks again; what was allowed stays allowed.',
          params,
          body: z.strictObject({ allow: allowSchema.optional() }).nullish(),
          response: { 200: send },
        },
      },
      ({ params, body, apiKey }) => refreshSend(app, params.id, { rules: body?.allow ?? [], actor: actorOf(apiKey) }),
    )
    const moves = [
      ['pause', 'Pause a send; calls under way finish', (id: SendId, actor: string) => pauseSend(app, id, actor)],
      ['resume', 'Go on with a paused send', (id: SendId, actor: string) => resumeSend(app, id, actor)],
      ['cancel', 'End a send for good', (id: SendId, actor: string) => cancelSend(app, id, actor)],
    ] as const
    for (const [move, summary, run] of moves) {
      api.post(
        `/sends/:id/${move}`,
        { config: { scopes: ['send'] }, schema: { tags, summary, params, response: { 200: send } } },
        ({ params, apiKey }): Promise<Send> => run(params.id, actorOf(apiKey)),
      )
    }
  }
}
