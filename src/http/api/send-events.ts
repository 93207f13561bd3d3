import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { App } from '../../app.ts'
import type { SendNow } from '../../send/describe.ts'
import { createFollower } from '../../send/follow.ts'
import { pathId } from './shapes.ts'

const RETRY_MS = 2_000
const DESCRIPTION = `\`event: send\`, whose data is what \`GET /sends/{id}\` answers: at once, and then when something has changed, at
most once a second. Comments in between keep the connection open. The stream ends when the send is sent, missed, or
cancelled with nothing of it open; a paused send may go on. Ask again when it ends before that.`

/** `/sends/:id/events`: a send as server-sent events. */
export function sendEventRoutes(app: App): FastifyPluginAsyncZod {
  return async (api) => {
    const closing = new AbortController()
    setMaxListeners(0, closing.signal)
    const follower = createFollower(app, closing.signal)
    // Streams are requests under way, which a server that stops would wait for.
    api.addHook('preClose', async () => closing.abort())
    api.get(
      '/sends/:id/events',
      {
        config: { scopes: ['read'] },
        exposeHeadRoute: false,
        schema: {
          tags: ['Sends'],
          summary: 'Follow a send',
          description: DESCRIPTION,
          params: pathId<'send'>(),
          response: {
            200: {
              description: 'Server-sent events.',
              content: { 'text/event-stream': { schema: z.custom<Readable>().meta({ type: 'string' }) } },
            },
          },
        },
      },
      async ({ params }, reply) => {
        await follower.look(params.id)
        const gone = new AbortController()
        reply.raw.once('close', () => gone.abort())
        const signal = AbortSignal.any([gone.signal, closing.signal])
        reply.header('x-accel-buffering', 'no').type('text/event-stream')
        return reply.send(Readable.from(asEvents(follower.follow(params.id, signal))))
      },
    )
  }
}

// An error ends the stream: whoever asks again is told what it is.
async function* asEvents(states: AsyncIterable<SendNow | null>): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`
  try {
    for await (const send of states) yield send ? `event: send\ndata: ${JSON.stringify(send)}\n\n` : ': nothing new\n\n'
  } catch {}
}
