import type { FastifyInstance } from 'fastify'
import { unsubscribe } from '../../subscriber/unsubscribe.ts'
import { isOutage } from '../problem.ts'
import type { PublicDeps } from './deps.ts'
import { circumstancesOf } from './reply.ts'

/**
 * Leaving as mail programs do it for their users (RFC 8058): a POST, whose body is `List-Unsubscribe=One-Click` by the
 * standard and taken whatever it is, because the address alone says what is wanted. Answered with a blank 200 and no
 * redirect, however often; a token that is not ours with 404.
 */
export function addOneClick(app: FastifyInstance, deps: PublicDeps): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 65_536 }, (_request, _body, done) => done(null))
  // What is no type at all would be refused before that.
  app.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = 'application/octet-stream'
  })
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? (isOutage(error) ? 503 : 500)
    if (status >= 500) deps.log.error({ event: 'one_click_failed', err: error })
    return reply.code(status).send()
  })
  app.post<{ Params: { token: string } }>('/u/:token', async (request, reply) => {
    const circumstances = circumstancesOf(request, deps.tokens, 'one_click')
    const answer = await unsubscribe(deps, request.params.token, circumstances)
    return reply
      .code(answer.kind === 'left' ? 200 : 404)
      .header('cache-control', 'no-store')
      .send()
  })
}
