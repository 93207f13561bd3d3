import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import { blockOf } from '../../send/block.ts'
import { worksElsewhere } from '../../send/schedule.ts'
import { VERSION } from '../../version.ts'
import { actorOf } from './send-answers.ts'
import { block } from './send-shapes.ts'

const providerState = z.object({
  name: z.string(),
  leavesMachine: z.boolean().describe('False: mail is kept here, in the outbox.'),
  requestsPerSecond: z.number(),
  blocked: block,
})
const status = z.object({
  version: z.string(),
  tier: z.enum(['embedded', 'postgres', 'redis']),
  database: z.string(),
  queue: z.object({ backend: z.string(), ok: z.boolean(), detail: z.string() }),
  provider: providerState,
  publicUrl: z.string(),
  /** What stands in the way of a send. */
  warnings: z.array(z.string()),
  now: z.date().describe('By the database, which decides.'),
})

const tags = ['Operation']

/** `/status` and `/provider/unblock` */
export function statusRoutes(app: App): FastifyPluginAsyncZod {
  return async (api) => {
    api.get(
      '/status',
      {
        config: { scopes: ['read'] },
        schema: { tags, summary: 'How this installation is doing', response: { 200: status } },
      },
      () => readStatus(app),
    )
    api.post(
      '/provider/unblock',
      {
        config: { scopes: ['send'] },
        schema: {
          tags,
          summary: 'Use the provider again, after what blocked it was dealt with',
          description: 'Workers go on within seconds; when the cause is still there, it is blocked again.',
          response: { 200: providerState },
        },
      },
      async ({ apiKey }) => {
        await app.store.operator.unblock(app.provider.account, actorOf(apiKey))
        app.log.info({ event: 'provider_unblocked', provider: app.provider.name, by: apiKey?.id })
        return readProvider(app, await app.store.now())
      },
    )
  }
}

async function readStatus(app: App): Promise<z.output<typeof status>> {
  const { store, queue, tier, publicUrl } = app
  const [now, database, checked] = await Promise.all([store.now(), store.describe(), queue.check()])
  return {
    version: VERSION,
    tier,
    database,
    queue: { backend: queue.backend, ...checked },
    provider: await readProvider(app, now),
    publicUrl,
    warnings: warningsOf(app),
    now,
  }
}

async function readProvider({ store, provider }: App, now: Date): Promise<z.output<typeof providerState>> {
  const { name, account, flags, limits } = provider
  const state = await store.pace.get(account)
  return {
    name,
    leavesMachine: flags.leavesMachine,
    requestsPerSecond: state?.requestsPerSecond ?? limits.requestsPerSecond,
    blocked: blockOf(state, now),
  }
}

function warningsOf({ provider, publicUrl }: App): string[] {
  if (!provider.flags.leavesMachine || worksElsewhere(publicUrl)) return []
  return [`${provider.name} sends real mail, and PUBLIC_URL is no public https address: sends are refused.`]
}
