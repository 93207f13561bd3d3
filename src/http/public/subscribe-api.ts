import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import { AppError } from '../../error.ts'
import { refusalOf, subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import type { PublicDeps } from './deps.ts'
import { circumstancesOf } from './reply.ts'
import { takeForm, UNSTAMPED_WEIGHT } from './subscribe-pages.ts'

/**
 * `POST /subscribe`, from any site: JSON `{newsletter, email, firstName}` is answered with 202 whether the address was
 * known or not; a form (fields `newsletter`, `email`, `first_name`) with a page, or with JSON where that is asked for.
 * What is wrong with the JSON is thrown as an AppError, for the error handler of the app.
 */
export function subscribeApi(deps: PublicDeps): FastifyPluginAsync {
  const basePath = new URL(deps.publicUrl).pathname.replace(/\/+$/, '')
  return async (app) => {
    if (!app.hasContentTypeParser(FORM)) await app.register(formbody, { bodyLimit: 16_384 })
    // Nobody is known by a cookie here, so pages of any origin may ask and read the answer.
    app.addHook('onRequest', async (_request, reply) => void reply.header('access-control-allow-origin', '*'))
    app.options('/subscribe', (_request, reply) => reply.code(204).headers(PREFLIGHT).send())
    app.post<{ Body: unknown }>('/subscribe', async (request, reply) => {
      if (request.headers['content-type']?.startsWith(FORM)) {
        return takeForm(deps, basePath, request, reply, newsletterOf(request.body))
      }
      const input = readInput(request.body)
      const origin = { ip: request.ip, weight: UNSTAMPED_WEIGHT }
      const answer = await subscribe(deps, input, circumstancesOf(request, deps.tokens, 'api'), origin)
      if (answer.kind !== 'heard') throw refusalOf(answer.kind, input.newsletter)
      return reply.code(202).send({ status: 'heard' })
    })
  }
}

const FORM = 'application/x-www-form-urlencoded'

const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
}

function newsletterOf(body: unknown): string {
  const named = typeof body === 'object' && body !== null && 'newsletter' in body ? body.newsletter : undefined
  return typeof named === 'string' ? named : ''
}

function readInput(body: unknown) {
  const input = subscribeInputSchema.safeParse(body)
  if (input.success) return input.data
  const problems = input.error.issues.map((issue) => ({ where: issue.path.join('.'), message: issue.message }))
  throw new AppError('invalid_input', 'The subscription could not be taken.', { problems })
}
