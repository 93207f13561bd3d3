import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { findMissing } from '../../send/missing.ts'
import { resendMissing, resendUncertain } from '../../send/resend.ts'
import { markUncertain } from '../../send/uncertain.ts'
import type { Chosen, MissingKind, Scope } from '../../store/operator.ts'
import { delivery } from './deliveries.ts'
import { sendStates } from './send-shapes.ts'
import { idSchema, pageOf, pageQuery } from './shapes.ts'

const tags = ['Answers']
const SINGLE = 'single'
const params = z.object({
  id: z.union([idSchema<'send'>(), z.literal(SINGLE)]).describe('A send, or `single`: mail to one reader.'),
})

const kinds = z.enum(['refused', 'uncertain', 'skipped', 'open', 'undelivered'] satisfies MissingKind[])
const reason = z.string().min(1).max(1_000)
const missing = pageOf(delivery).extend({
  counts: z
    .array(z.object({ kind: kinds, reason: z.string().nullable(), deliveries: z.int() }))
    .readonly()
    .nullable()
    .describe('By reason, the most frequent 200; null on later pages.'),
})
const chosen = {
  deliveries: z.array(idSchema<'delivery'>()).min(1).max(1_000).optional(),
  all: z.literal(true).optional(),
}
const dryRun = z.boolean().default(false).describe('Only tell what would be done.')
const marked = z.object({
  deliveries: z.int(),
  notUncertain: z.int().describe('Of those named: answered already, or of another send.'),
})
const resent = z.object({
  deliveries: z.int().describe('Planned again.'),
  batches: z.int(),
  received: z.int().describe('Left out: they have the issue from another send, or may have.'),
  underWay: z.int().describe('Left out: their batch is in the provider’s hands.'),
  state: sendStates.nullable().describe('What the send is now.'),
})

/** `/sends/:id/missing`, `/sends/:id/resend-missing`, `/sends/:id/uncertain/…`: what an operator asks and answers. */
export function answerRoutes(app: App): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/sends/:id/missing',
      {
        config: { scopes: ['read'] },
        schema: {
          tags,
          summary: 'List who did not get it, and why',
          description:
            'Refused, uncertain, skipped, or still open. `undelivered`: accepted, and lost on the way later.',
          params,
          querystring: z.object({
            ...pageQuery,
            limit: z.coerce.number().int().min(1).max(1_000).default(50).describe('How many rows at most.'),
            kind: kinds.optional().describe('Default: all but undelivered.'),
            reason: reason.optional(),
          }),
          response: { 200: missing },
        },
      },
      ({ params, query }) => findMissing(app, scopeOf(params.id), query),
    )
    api.post(
      '/sends/:id/resend-missing',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Send to those who were refused, or left out by a cancellation',
          description:
            'Never to those who are uncertain, left, are suppressed or have the issue. A send that is over goes on.',
          params,
          body: z.strictObject({ reason: reason.optional(), dryRun }).nullish(),
          response: { 200: resent },
        },
      },
      ({ params, body, apiKey }) => resendMissing(app, scopeOf(params.id), body ?? { dryRun: false }, actorOf(apiKey)),
    )
    api.post(
      '/sends/:id/uncertain/mark',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Say what became of uncertain deliveries',
          description: 'A proof of acceptance that comes later still wins over `refused`.',
          params,
          body: oneOf(z.strictObject({ as: z.enum(['accepted', 'refused']), ...chosen })),
          response: { 200: marked },
        },
      },
      ({ params, body, apiKey }) =>
        markUncertain(app, scopeOf(params.id), { as: body.as, chosen: choice(body) }, actorOf(apiKey)),
    )
    api.post(
      '/sends/:id/uncertain/resend',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Send to uncertain readers, who may then get it twice',
          params,
          body: oneOf(z.strictObject({ dryRun, ...chosen })),
          response: { 200: resent },
        },
      },
      ({ params, body, apiKey }) =>
        resendUncertain(app, scopeOf(params.id), { dryRun: body.dryRun, chosen: choice(body) }, actorOf(apiKey)),
    )
  }
}

/** Who acts, for the log. */
export function actorOf(apiKey: { readonly name: string } | null): string {
  return `key ${apiKey?.name ?? ''}`
}

function scopeOf(id: z.output<typeof params>['id']): Scope {
  return id === SINGLE ? null : id
}

type Choice = z.output<z.ZodObject<typeof chosen>>

function oneOf<Body extends z.ZodType<Choice>>(body: Body) {
  return body.refine(({ deliveries, all }) => (deliveries === undefined) !== (all === undefined), {
    message: 'expected either "deliveries" or "all": true',
  })
}

function choice({ deliveries }: Choice): Chosen {
  return deliveries ?? 'all'
}
