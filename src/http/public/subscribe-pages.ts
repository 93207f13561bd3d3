import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { type SubscribeInput, subscribe, subscribeInputSchema } from '../../subscriber/subscribe.ts'
import type { PublicDeps } from './deps.ts'
import { type Html, html } from './html.ts'
import { circumstancesOf, sendNotice, sendPage } from './reply.ts'
import { phrase, stringsFor } from './strings.ts'

/** The newsletters, the form of each, and what becomes of it when it is sent. */
export function addSubscribePages(app: FastifyInstance, deps: PublicDeps, basePath: string): void {
  app.get('/', async (_request, reply) => {
    const newsletters = await deps.newsletters.list()
    const { strings } = stringsFor('en')
    const main = renderHome(newsletters, basePath)
    return sendPage(reply, { title: strings.newsletters, main, basePath, isPublic: true })
  })

  app.get<{ Params: { slug: string } }>('/n/:slug', async (request, reply) => {
    const newsletter = await deps.newsletters.find(request.params.slug)
    if (newsletter === null) return sendNotice(reply, 'notFound', basePath, 404)
    return sendForm(reply, newsletter, basePath)
  })

  app.post<{ Params: { slug: string }; Body: unknown }>('/n/:slug/subscribe', (request, reply) =>
    takeForm(deps, basePath, request, reply, request.params.slug),
  )
}

/** Answers a form, ours or one on the publisher's own site, with a page. */
export async function takeForm(
  deps: PublicDeps,
  basePath: string,
  request: FastifyRequest,
  reply: FastifyReply,
  slug: string,
): Promise<FastifyReply> {
  const newsletter = await deps.newsletters.find(slug)
  if (newsletter === null) return sendNotice(reply, 'notFound', basePath, 404)
  const typed = readFields(request.body)
  const input = subscribeInputSchema.safeParse({ newsletter: newsletter.slug, ...typed })
  if (!input.success) return sendForm(reply, newsletter, basePath, { typed, problems: problemsOf(input.error) })
  return takeInput(deps, basePath, request, reply, newsletter, input.data)
}

async function takeInput(
  deps: PublicDeps,
  basePath: string,
  request: FastifyRequest,
  reply: FastifyReply,
  newsletter: Newsletter,
  input: SubscribeInput,
): Promise<FastifyReply> {
  const { strings } = stringsFor(newsletter.locale)
  await subscribe(deps, input, circumstancesOf(request, deps.tokens, 'form', consentOf(newsletter)))
  const names = { newsletter: newsletter.name }
  const main = html`<h1>${strings.checkInboxTitle}</h1>
<p>${phrase(strings.checkInbox, names)}</p>
<p class="muted">${phrase(strings.checkInboxMore, names)}</p>`
  return sendPage(reply, { title: strings.checkInboxTitle, main, newsletter, basePath }, 202)
}

type Fields = { readonly email: string; readonly firstName: string }
type Refusal = { readonly typed: Fields; readonly problems: { readonly email?: string; readonly firstName?: string } }

function readFields(body: unknown): Fields {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { email: text(fields.email), firstName: text(fields.first_name) }
}

function problemsOf(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}): Refusal['problems'] {
  const find = (name: string) => error.issues.find((issue) => issue.path[0] === name)?.message
  const [email, firstName] = [find('email'), find('firstName')]
  return { ...(email === undefined ? {} : { email }), ...(firstName === undefined ? {} : { firstName }) }
}

function consentOf(newsletter: Newsletter): string {
  const { strings } = stringsFor(newsletter.locale)
  return phrase(strings.consent, { newsletter: newsletter.name, sender: newsletter.fromName })
}

function sendForm(reply: FastifyReply, newsletter: Newsletter, basePath: string, refusal?: Refusal): FastifyReply {
  const { strings } = stringsFor(newsletter.locale)
  const title = phrase(strings.subscribeTitle, { newsletter: newsletter.name })
  const main = html`<h1>${title}</h1>
<p>${strings.subscribeIntro}</p>
${renderForm(newsletter, basePath, refusal)}
<p class="muted">${consentOf(newsletter)}</p>`
  return sendPage(reply, { title, main, newsletter, basePath, isPublic: true }, refusal ? 422 : 200)
}

function renderForm(newsletter: Newsletter, basePath: string, refusal: Refusal | undefined): Html {
  const { strings } = stringsFor(newsletter.locale)
  const { email, firstName } = refusal?.problems ?? {}
  const emailProblem = email === undefined ? undefined : phrase(strings.emailProblem, { reason: email })
  const nameProblem = firstName === undefined ? undefined : strings.firstNameProblem
  return html`<form method="post" action="${basePath}/n/${newsletter.slug}/subscribe" novalidate>
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

function renderHome(newsletters: readonly Newsletter[], basePath: string): Html {
  const { strings } = stringsFor('en')
  if (newsletters.length === 0) return html`<h1>${strings.newsletters}</h1><p>${strings.noNewsletters}</p>`
  const items = newsletters.map(
    ({ slug, name, fromName, locale }) => html`<li>
<h2><a href="${basePath}/n/${slug}" lang="${locale}" dir="auto">${name}</a></h2>
<p class="muted" dir="auto">${fromName}</p>
</li>`,
  )
  return html`<h1>${strings.newslettersTitle}</h1>
<p>${strings.newslettersIntro}</p>
<ul class="newsletters">${items}</ul>`
}
