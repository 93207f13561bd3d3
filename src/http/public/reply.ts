import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ConsentCircumstances } from '../../subscriber/subscriber.ts'
import type { Tokens } from '../../subscriber/token.ts'
import { html } from './html.ts'
import { wordsFor } from './language.ts'
import { type Page, renderPage } from './page.ts'

// Pages hold what is private to one reader, and their addresses hold a token: neither is to be kept or passed on.
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}

/** Sends a page of ours; its policy allows our style sheet and our forms, and nothing else. */
export function sendPage(reply: FastifyReply, page: Page, status = 200): FastifyReply {
  const language = { 'content-language': page.words.lang, vary: 'Accept-Language' }
  const headers = { ...HEADERS, ...language }
  return reply.code(status).headers(headers).type('text/html; charset=utf-8').send(renderPage(page))
}

/** Says in the house's looks that something did not work. */
export function sendNotice(
  reply: FastifyReply,
  notice: 'notFound' | 'invalid' | 'broken' | 'badRequest' | 'tooMany',
  basePath: string,
  status: number,
): FastifyReply {
  const words = wordsFor(reply.request)
  const title = words.strings[`${notice}Title`]
  const main = html`<h1>${title}</h1><p>${words.strings[notice]}</p>`
  return sendPage(reply, { title, main, words, basePath }, status)
}

/** Who said something, as far as the record of consent needs it: never the address of their machine itself. */
export function circumstancesOf(
  request: FastifyRequest,
  tokens: Pick<Tokens, 'pseudonym'>,
  source: string,
): ConsentCircumstances {
  const userAgent = request.headers['user-agent']?.slice(0, 300)
  return { source, form: pageOf(request), ipHash: tokens.pseudonym(request.ip), userAgent }
}

/** The page that a request says it comes from, if it does, without what a page may be asked with. */
function pageOf({ headers }: FastifyRequest): string | undefined {
  const named = headers.referer ?? headers.origin
  if (named === undefined || !URL.canParse(named)) return undefined
  const { protocol, origin, pathname } = new URL(named)
  return /^https?:$/.test(protocol) ? `${origin}${pathname}`.slice(0, 300) : undefined
}
