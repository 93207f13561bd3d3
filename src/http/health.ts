import type { FastifyPluginAsync } from 'fastify'
import type { App } from '../app.ts'

/** `GET /healthz`, for load balancers: 200 while the database answers, else 503. It tells nothing else. */
export function healthRoutes({ store }: Pick<App, 'store'>): FastifyPluginAsync {
  return async (server) => {
    server.get('/healthz', async (_request, reply) => {
      const ok = await store.now().then(
        () => true,
        () => false,
      )
      return reply.code(ok ? 200 : 503).send({ ok })
    })
  }
}
