import type { FastifyPluginAsync } from 'fastify'
import type { App } from '../../app.ts'
import { AppError } from '../../error.ts'
import { createReceiver } from '../../outcome/receive.ts'

/** An event of one message has a few kB. */
const MAX_BODY_BYTES = 256 * 1024

type WebhookDeps = Pick<App, 'store' | 'queue' | 'clock' | 'log' | 'eventSources' | 'inbound'>

/**
 * `POST /webhooks/<provider>`: answered with 200 once the event is on disk, and also when it had been before. What is
 * wrong is a problem document, for the error handler of the app: 401 without a good signature, 503 without a secret.
 */
export function webhooks(deps: WebhookDeps): FastifyPluginAsync {
  const receive = createReceiver(deps)
  const unset = new Set<string>()
  return async (app) => {
    // A signature is about bytes: nothing may read them as JSON first.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_, body, done) => done(null, body))
    for (const source of deps.eventSources) {
      app.post(`/webhooks/${source.name}`, async ({ headers, body }) => {
        const received = await receive(source, { headers, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) })
        switch (received.kind) {
          case 'stored':
            return { status: received.isNew ? 'stored' : 'known' }
          case 'not_signed':
            deps.log.warn({ event: 'webhook_not_signed', provider: source.name, reason: received.reason })
            throw new AppError('unauthorised', `This is not verified: ${received.reason}.`)
          case 'no_secret': {
            const { setting } = received
            if (!unset.has(setting)) deps.log.error({ event: 'webhook_without_secret', provider: source.name, setting })
            unset.add(setting)
            throw new AppError(
              'unavailable',
              `Events cannot be verified. Set ${setting} to the webhook's signing secret.`,
            )
          }
        }
      })
    }
  }
}
