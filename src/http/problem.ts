import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError, ERROR_CODES, type ErrorCode, type Problem } from '../error.ts'
import type { Logger } from '../log.ts'

/** What a refused request is answered with (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().describe('urn:pressroom:problem: and the code.'),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().describe('What is wrong, and what to do about it.'),
    instance: z.string().describe('The request, as the log calls it.'),
    problems: z
      .array(
        z.object({ where: z.string().describe('#/a/path in the body, a parameter, or a line.'), message: z.string() }),
      )
      .readonly()
      .describe('Everything wrong with the input at once.'),
  })
  .meta({ id: 'Problem' })

export type ProblemDocument = z.output<typeof problemSchema>

/** Turns whatever was thrown into a problem document. What is not ours is logged here, once, and not shown. */
export function answerErrors(log: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error)
    const status = refusal.status ?? ERROR_CODES[refusal.code].status
    if (refusal.code === 'internal') {
      log.error({ event: 'request_failed', request: request.id, route: request.routeOptions.url, err: error })
    }
    return sendProblem(request, reply, { ...refusal, status })
  }
}

/** Answers requests for what is not there. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply) {
  return sendProblem(request, reply, { code: 'not_found', detail: 'There is nothing at this address.', problems: [] })
}

type Refusal = {
  readonly code: ErrorCode
  readonly detail: string
  readonly problems: readonly Problem[]
  /** Where HTTP knows it better than the code does. */
  readonly status?: number
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refusal) {
  const { code, detail, problems } = refusal
  const status = refusal.status ?? ERROR_CODES[code].status
  const { title } = ERROR_CODES[code]
  const type = `urn:pressroom:problem:${code}`
  const document: ProblemDocument = { type, title, status, code, detail, instance: request.id, problems }
  return reply.code(status).type('application/problem+json').send(JSON.stringify(document))
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof AppError && error.code !== 'internal') {
    return { code: error.code, detail: error.message, problems: error.problems }
  }
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error)
  if (isFastifyRefusal(error)) return refusalByStatus(error)
  if (isOutage(error)) {
    return { code: 'unavailable', detail: 'The database does not answer. Try again in a moment.', problems: [] }
  }
  return { code: 'internal', detail: 'Something is broken; the log tells more under this instance.', problems: [] }
}

type ValidationErrors = {
  readonly validation: readonly { readonly instancePath: string; readonly message?: string | undefined }[]
  readonly validationContext?: string | undefined
}

function invalidRequest({ validation, validationContext: part }: ValidationErrors): Refusal {
  const problems = validation.map(({ instancePath, message = 'not valid' }) => ({
    where: part === 'body' ? `#${instancePath === '/' ? '' : instancePath}` : instancePath.slice(1),
    message,
  }))
  // An id that cannot be one is an address that leads nowhere.
  if (part === 'params') return { code: 'not_found', detail: 'There is nothing at this address.', problems }
  const what = part === 'body' ? 'The body is' : part === 'headers' ? 'A header is' : 'The query is'
  return { code: 'invalid_input', detail: `${what} not as expected.`, problems }
}

function isFastifyRefusal(error: unknown): error is FastifyError & { readonly statusCode: number } {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return false
  const { statusCode, code } = error
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && String(code).startsWith('FST_')
}

function refusalByStatus({ statusCode, message }: FastifyError & { readonly statusCode: number }): Refusal {
  const code: ErrorCode = statusCode === 413 ? 'too_large' : statusCode === 404 ? 'not_found' : 'invalid_input'
  return { code, detail: message.endsWith('.') ? message : `${message}.`, problems: [], status: statusCode }
}

// No connection, and PostgreSQL's classes for "shutting down" and "too many connections".
const OUTAGES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', '57P01', '57P02', '57P03', '53300'])

/** Whether the database is away for now: nobody's input is wrong, and nothing is broken. */
export function isOutage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && OUTAGES.has(String(error.code))
}
