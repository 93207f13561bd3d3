import formbody from '@fastify/formbody'
import type { FastifyPluginAsync } from 'fastify'
import { AppError } from '../../error.ts'
import { subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import type { PublicDeps } from './deps.ts'
import { circumstancesOf } from './reply.ts'
import { takeForm } from './subscribe-pages.ts'

/**
 * `POST /subscribe`: JSON `{newsletter, email, firstName}` is answered with 202 whether the address was known or not;
 * a form of the publisher's own site (fields `newsletter`, `email`, `first_name`) with a page. What is wrong with the
 * JSON is thrown as an AppError, for the error handler of the app.
 */
export function subscribeApi(deps: PublicDeps): FastifyPluginAsync {
  const basePath = new URL(deps.publicUrl).pathname.replace(/\/+$/, '')
  return async (app) => {
    if (!app.hasContentTypeParser(FORM)) await app.register(formbody, { bodyLimit: 16_384 })
    app.post<{ Body: unknown }>('/subscribe', async (request, reply) => {
      if (request.headers['content-type']?.startsWith(FORM)) {
        return takeForm(deps, basePath, request, reply, newsletterOf(request.body))
      }
      const input = readInput(request.body)
      const answer = await subscribe(deps, input, circumstancesOf(request, deps.tokens, 'api'))
      if (answer.kind === 'no_such_newsletter') throw notThere(input.newsletter)
      return reply.code(202).send({ status: 'heard' })
    })
  }
}

const FORM = 'application/x-www-form-urlencoded'

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

function notThere(newsletter: string): AppError {
  const problems = [{ where: 'newsletter', message: `there is no newsletter ${JSON.stringify(newsletter)}` }]
  return new AppError('not_found', 'There is no such newsletter.', { problems })
}
