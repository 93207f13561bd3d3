import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { assetsDir } from '../../assets/keep.ts'
import { OUTSIDE_RULES } from '../../check/outside/check-outside.ts'
import { checkIssue } from '../../issue/check.ts'
import { ALLOWABLE } from '../../send/gate.ts'
import { pathId } from './shapes.ts'

const finding = z
  .object({
    rule: z.string(),
    severity: z.enum(['error', 'warning', 'note']),
    message: z.string(),
    where: z.string(),
  })
  .meta({ id: 'Finding' })
const asked = z.enum(['true', 'false']).default('false')

const OUTSIDE: ReadonlySet<string> = new Set(OUTSIDE_RULES.map(({ id }) => id))

/** `/issues/:id/checks` */
export function checkRoutes(app: App): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/issues/:id/checks',
      {
        config: { scopes: ['read'] },
        schema: {
          tags: ['Issues'],
          summary: 'See what the checks find in an issue',
          description: 'Errors refuse a send, unless it allows their rules.',
          params: pathId<'issue'>(),
          querystring: z.object({
            links: asked.describe('Also ask for every link, but those that end or confirm something.'),
            spam: asked.describe('Also run SpamAssassin on the server, where there is one.'),
          }),
          response: {
            200: z.object({
              findings: z.array(finding).readonly(),
              refusedBy: z.array(z.string()).readonly().describe('The rules that would refuse a send.'),
              allowable: z.array(z.string()).readonly().describe('Those of them that a send can allow.'),
            }),
          },
        },
      },
      async ({ params, query }) => {
        const findings = await checkIssue({ ...app, assetsDir: assetsDir(app.config.dataDir) }, params.id, {
          links: query.links === 'true',
          spam: query.spam === 'true',
        })
        const errors = findings.filter(({ severity, rule }) => severity === 'error' && !OUTSIDE.has(rule))
        const refusedBy = [...new Set(errors.map(({ rule }) => rule))]
        return { findings, refusedBy, allowable: refusedBy.filter((rule) => ALLOWABLE.includes(rule)) }
      },
    )
  }
}
