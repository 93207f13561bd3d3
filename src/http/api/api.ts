import type { FastifyPluginAsync, RouteOptions } from 'fastify'
import type { App } from '../../app.ts'
import { requireScopes } from '../keys.ts'
import { problemSchema } from '../problem.ts'
import { articleRoutes } from './articles.ts'
import { assetRoutes } from './assets.ts'
import { checkRoutes } from './checks.ts'
import { deliveryRoutes } from './deliveries.ts'
import { inboundRoutes } from './inbound.ts'
import { issueRoutes } from './issues.ts'
import { keyRoutes } from './keys.ts'
import { newsletterRoutes } from './newsletters.ts'
import { personalDataRoutes } from './personal-data.ts'
import { answerRoutes } from './send-answers.ts'
import { sendEventRoutes } from './send-events.ts'
import { logRoutes } from './send-log.ts'
import { sendRoutes } from './sends.ts'
import { statusRoutes } from './status.ts'
import { subscriberFileRoutes } from './subscriber-files.ts'
import { subscriberRoutes } from './subscribers.ts'
import { suppressionRoutes } from './suppressions.ts'
import { templateRoutes } from './templates.ts'
import { webhookEventRoutes } from './webhook-events.ts'

/** Everything under `/api/v1`, behind keys. */
export function apiRoutes(app: App): FastifyPluginAsync {
  return async (api) => {
    api.addHook('onRoute', documentRefusals)
    api.addHook('onRequest', requireScopes(app.store.keys))
    for (const routes of RESOURCES) await api.register(routes(app))
  }
}

const RESOURCES = [
  newsletterRoutes,
  articleRoutes,
  assetRoutes,
  issueRoutes,
  checkRoutes,
  sendRoutes,
  sendEventRoutes,
  answerRoutes,
  logRoutes,
  deliveryRoutes,
  subscriberRoutes,
  subscriberFileRoutes,
  personalDataRoutes,
  suppressionRoutes,
  webhookEventRoutes,
  inboundRoutes,
  templateRoutes,
  keyRoutes,
  statusRoutes,
]

const REFUSAL = { content: { 'application/problem+json': { schema: problemSchema } } }

/** Every route can be refused, and says so in the same way. */
function documentRefusals(route: RouteOptions): void {
  const { scopes } = route.config ?? {}
  if (scopes === undefined) throw new Error(`${String(route.method)} ${route.url} does not say which scopes it needs.`)
  const response = {
    '4xx': { description: 'Refused.', ...REFUSAL },
    '5xx': { description: 'Something is broken or does not answer.', ...REFUSAL },
    ...(route.schema?.response ?? {}),
  }
  const description = [route.schema?.description, `Scopes: ${scopes.join(', ')}.`].filter(Boolean).join('\n\n')
  route.schema = { ...route.schema, description, response }
}
