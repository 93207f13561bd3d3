import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { type SubscribeInput, subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import type { ConsentCircumstances } from '../../subscriber/subscriber.ts'
import type { PublicDeps } from './deps.ts'
import { type Html, html } from './html.ts'
import { acceptedLanguage, knownLanguage, wordsFor } from './language.ts'
import { circumstancesOf, sendNotice, sendPage } from './reply.ts'
import { readStamp, type Stamp, stampAgain, stampForm } from './stamp.ts'
import { phrase, phraseHtml, type Strings, versionOf, type Words } from './strings.ts'
import { partiesOf, type Refusal, renderForm, TRAP, type Typed } from './subscribe-form.ts'

/** The newsletters, the form of each, and what becomes of it when it is sent. */
export function addSubscribePages(app: FastifyInstance, deps: PublicDeps, basePath: string): void {
  app.get('/', async (request, reply) => {
    const newsletters = await deps.newsletters.list()
    const words = wordsFor(request)
    const main = renderHome(newsletters, words.strings, basePath)
    return sendPage(reply, { title: words.strings.newsletters, main, words, basePath, isPublic: true })
  })

  app.get<{ Params: { slug: string } }>('/n/:slug', async (request, reply) => {
    const newsletter = await deps.newsletters.find(request.params.slug)
    if (newsletter === null) return sendNotice(reply, 'notFound', basePath, 404)
    const language = acceptedLanguage(request)
    const stamp = stampForm(deps.tokens, deps.clock.now())
    return sendForm(reply, { newsletter, basePath, language, words: wordsFor(request, { newsletter }), stamp })
  })

  app.post<{ Params: { slug: string }; Body: unknown }>('/n/:slug/subscribe', (request, reply) =>
    takeForm(deps, basePath, request, reply, request.params.slug),
  )
}

/** Requests without a sign of a person using a form of ours count so many times. */
export const UNSTAMPED_WEIGHT = 4

/**
 * Answers a form, ours or one on the publisher's own site, in the language that its field `language` names, else in the
 * browser's: with a page, or with JSON `{status, message}` where that is asked for. The language becomes the reader's,
 * unless it is just the newsletter's for want of another. What a machine gives itself away by only makes a person press
 * once more.
 */
export async function takeForm(
  deps: PublicDeps,
  basePath: string,
  request: FastifyRequest,
  reply: FastifyReply,
  slug: string,
): Promise<FastifyReply> {
  const newsletter = await deps.newsletters.find(slug)
  if (newsletter === null) return sendNotice(reply, 'notFound', basePath, 404)
  const fields = readFields(request.body)
  const { typed, language = acceptedLanguage(request) } = fields
  const now = deps.clock.now()
  const stamp = readStamp(deps.tokens, fields.stamp, now)
  const words = wordsFor(request, { reader: language, newsletter })
  const refuse = (problems: Omit<Refusal, 'typed'>) => {
    const fresh = stamp === 'too_quick' ? fields.stamp : stampAgain(deps.tokens, now)
    return sendForm(reply, { newsletter, basePath, language, words, stamp: fresh }, { typed, ...problems })
  }
  const input = subscribeInputSchema.safeParse({ newsletter: newsletter.slug, ...typed, locale: language })
  if (!input.success) return refuse(problemsOf(input.error, words.strings))
  if (fields.trap !== '' || stamp === 'too_quick' || stamp === 'too_old') {
    deps.log.info({ event: 'subscription_trapped', newsletterId: newsletter.id, stamp, filled: fields.trap !== '' })
    return refuse({ again: true })
  }
  const circumstances = circumstancesIn(deps, request, newsletter, words, { ...fields, stamp })
  const answer = await ask(deps, request, input.data, circumstances, stamp)
  if (answer.kind === 'not_reachable') return refuse({ email: words.strings.emailProblem })
  if (answer.kind === 'not_taken') {
    return refuse({ email: phrase(words.strings.domainProblem, { newsletter: newsletter.name }) })
  }
  return answer.kind === 'heard'
    ? sendHeard(reply, { newsletter, basePath, words })
    : sendTooMany(reply, words, basePath)
}

function ask(
  deps: PublicDeps,
  { ip }: FastifyRequest,
  input: SubscribeInput,
  circumstances: ConsentCircumstances,
  stamp: Stamp,
) {
  return subscribe(deps, input, circumstances, { ip, weight: stamp === 'good' ? 1 : UNSTAMPED_WEIGHT })
}

/** What is known of the form; its words only where it carries the version that they have now. */
function circumstancesIn(
  { tokens, links }: PublicDeps,
  request: FastifyRequest,
  newsletter: Newsletter,
  words: Words,
  { stamp, wording }: { readonly stamp: Stamp; readonly wording: string },
): ConsentCircumstances {
  const common = circumstancesOf(request, tokens, 'form')
  return {
    ...common,
    // Our own pages do not tell where a request comes from, but they are stamped.
    form: stamp === 'good' ? links.newsletter(newsletter.slug) : common.form,
    wording: wording === versionOf(words, 'consent') ? phrase(words.strings.consent, partiesOf(newsletter)) : undefined,
    wordingVersion: /^[\w-]{1,80}$/.test(wording) ? wording : undefined,
  }
}

type Shown = { readonly newsletter: Newsletter; readonly basePath: string; readonly words: Words }

function sendHeard(reply: FastifyReply, { newsletter, basePath, words }: Shown): FastifyReply {
  const { strings } = words
  const names = { newsletter: newsletter.name }
  if (wantsJson(reply.request)) return sendJson(reply, 202, 'heard', phrase(strings.checkInbox, names))
  const main = html`<h1>${strings.checkInboxTitle}</h1>
<p>${phraseHtml(strings.checkInbox, names)}</p>
<p class="muted">${phraseHtml(strings.checkInboxMore, names)}</p>`
  return sendPage(reply, { title: strings.checkInboxTitle, main, words, newsletter, basePath }, 202)
}

function sendTooMany(reply: FastifyReply, { strings }: Words, basePath: string): FastifyReply {
  reply.header('retry-after', '3600')
  if (wantsJson(reply.request)) return sendJson(reply, 429, 'too_many', strings.tooMany)
  return sendNotice(reply, 'tooMany', basePath, 429)
}

type Form = Parameters<typeof renderForm>[0]

function sendForm(reply: FastifyReply, form: Form, refusal?: Refusal): FastifyReply {
  const { newsletter, basePath, words } = form
  const { strings } = words
  if (refusal && wantsJson(reply.request)) {
    const message = refusal.again ? strings.againNotice : (refusal.email ?? refusal.firstName ?? strings.badRequest)
    return sendJson(reply, 422, 'refused', message)
  }
  const names = { newsletter: newsletter.name }
  const main = html`<h1>${phraseHtml(strings.subscribeTitle, names)}</h1>
<p>${strings.subscribeIntro}</p>
${renderForm(form, refusal)}`
  const title = phrase(strings.subscribeTitle, names)
  return sendPage(reply, { title, main, words, newsletter, basePath, isPublic: true }, refusal ? 422 : 200)
}

function wantsJson({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('application/json') ?? false
}

function sendJson(reply: FastifyReply, code: number, status: string, message: string): FastifyReply {
  return reply.code(code).header('cache-control', 'no-store').send({ status, message })
}

function readFields(body: unknown) {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '')
  const typed: Typed = { email: text('email'), firstName: text('first_name') }
  const language = knownLanguage(text('language')) ?? undefined
  return { typed, language, trap: text(TRAP), stamp: text('stamp'), wording: text('wording') }
}

type Issues = { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] }

function problemsOf({ issues }: Issues, strings: Strings): Omit<Refusal, 'typed'> {
  const isWrong = (name: string) => issues.some(({ path }) => path[0] === name)
  return {
    email: isWrong('email') ? strings.emailProblem : undefined,
    firstName: isWrong('firstName') ? strings.firstNameProblem : undefined,
  }
}

function renderHome(newsletters: readonly Newsletter[], strings: Strings, basePath: string): Html {
  if (newsletters.length === 0) return html`<h1>${strings.newsletters}</h1><p>${strings.noNewsletters}</p>`
  const items = newsletters.map(
    ({ slug, name, fromName, locale }) => html`<li>
<h2><a href="${basePath}/n/${slug}" lang="${locale}"><bdi>${name}</bdi></a></h2>
<p class="muted"><bdi>${fromName}</bdi></p>
</li>`,
  )
  return html`<h1>${strings.newslettersTitle}</h1>
<p>${strings.newslettersIntro}</p>
<ul class="newsletters">${items}</ul>`
}
