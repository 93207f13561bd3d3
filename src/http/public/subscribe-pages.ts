import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { type SubscribeInput, subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import type { PublicDeps } from './deps.ts'
import { type Html, html } from './html.ts'
import { acceptedLanguage, knownLanguage, wordsFor } from './language.ts'
import { circumstancesOf, sendNotice, sendPage } from './reply.ts'
import { phrase, phraseHtml, type Strings, type Words } from './strings.ts'

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
    return sendForm(reply, { newsletter, basePath, language: acceptedLanguage(request) })
  })

  app.post<{ Params: { slug: string }; Body: unknown }>('/n/:slug/subscribe', (request, reply) =>
    takeForm(deps, basePath, request, reply, request.params.slug),
  )
}

/**
 * Answers a form, ours or one on the publisher's own site, with a page in the language that its field `language` names,
 * else in the browser's. That becomes the reader's language, unless it is just the newsletter's for want of another.
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
  const { language = acceptedLanguage(request), ...typed } = readFields(request.body)
  const form: Form = { newsletter, basePath, language }
  const input = subscribeInputSchema.safeParse({ newsletter: newsletter.slug, ...typed, locale: language })
  if (!input.success) return sendForm(reply, form, { typed, problems: problemsOf(input.error) })
  return takeInput(deps, reply, form, input.data)
}

/** A newsletter's form; `language` is the one that the reader seems to like, if there are pages in it. */
type Form = { readonly newsletter: Newsletter; readonly basePath: string; readonly language: string | null }

async function takeInput(
  deps: PublicDeps,
  reply: FastifyReply,
  { newsletter, basePath, language }: Form,
  input: SubscribeInput,
): Promise<FastifyReply> {
  const words = wordsFor(reply.request, { reader: language, newsletter })
  const { strings } = words
  const consent = phrase(strings.consent, partiesOf(newsletter))
  await subscribe(deps, input, circumstancesOf(reply.request, deps.tokens, 'form', consent))
  const names = { newsletter: newsletter.name }
  const main = html`<h1>${strings.checkInboxTitle}</h1>
<p>${phraseHtml(strings.checkInbox, names)}</p>
<p class="muted">${phraseHtml(strings.checkInboxMore, names)}</p>`
  return sendPage(reply, { title: strings.checkInboxTitle, main, words, newsletter, basePath }, 202)
}

type Fields = { readonly email: string; readonly firstName: string }
type Refusal = { readonly typed: Fields; readonly problems: { readonly email?: string; readonly firstName?: string } }

function readFields(body: unknown): Fields & { readonly language: string | undefined } {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const language = knownLanguage(text(fields.language)) ?? undefined
  return { email: text(fields.email), firstName: text(fields.first_name), language }
}

function problemsOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}): Refusal['problems'] {
  const find = (name: string) => error.issues.find((issue) => issue.path[0] === name)?.message
  const [email, firstName] = [find('email'), find('firstName')]
  return { ...(email === undefined ? {} : { email }), ...(firstName === undefined ? {} : { firstName }) }
}

function partiesOf({ name, fromName }: Newsletter) {
  return { newsletter: name, sender: fromName }
}

function sendForm(reply: FastifyReply, form: Form, refusal?: Refusal): FastifyReply {
  const { newsletter, basePath, language } = form
  const words = wordsFor(reply.request, { reader: language, newsletter })
  const { strings } = words
  const names = { newsletter: newsletter.name }
  const main = html`<h1>${phraseHtml(strings.subscribeTitle, names)}</h1>
<p>${strings.subscribeIntro}</p>
${renderForm(form, words, refusal)}
<p class="muted">${phraseHtml(strings.consent, partiesOf(newsletter))}</p>`
  const title = phrase(strings.subscribeTitle, names)
  return sendPage(reply, { title, main, words, newsletter, basePath, isPublic: true }, refusal ? 422 : 200)
}

function renderForm({ newsletter, basePath, language }: Form, { strings }: Words, refusal: Refusal | undefined): Html {
  const { email, firstName } = refusal?.problems ?? {}
  const emailProblem = email === undefined ? undefined : strings.emailProblem
  const nameProblem = firstName === undefined ? undefined : strings.firstNameProblem
  return html`<form method="post" action="${basePath}/n/${newsletter.slug}/subscribe" novalidate>
${language !== null && html`<input type="hidden" name="language" value="${language}">`}
<label for="email">${strings.emailLabel}</label>
<input id="email" name="email" type="email" autocomplete="email" inputmode="email" required maxlength="320" dir="ltr" value="${refusal?.typed.email ?? ''}"${fault('email', emailProblem)}>
${problem('email', emailProblem)}
<label for="first_name">${strings.firstNameLabel}</label>
<input id="first_name" name="first_name" autocomplete="given-name" maxlength="100" dir="auto" value="${refusal?.typed.firstName ?? ''}"${fault('first_name', nameProblem)}>
${problem('first_name', nameProblem)}
<button type="submit">${strings.subscribeButton}</button>
</form>`
}

function fault(field: string, text: string | undefined): Html | null {
  return text === undefined ? null : html` aria-invalid="true" aria-describedby="${field}-problem" autofocus`
}

function problem(field: string, text: string | undefined): Html | null {
  return text === undefined ? null : html`<p class="problem" id="${field}-problem" role="alert">${text}</p>`
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
