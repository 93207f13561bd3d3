import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { confirmSubscription } from '../../subscriber/confirm.ts'
import { changePreferences, type Preferences, readPreferences } from '../../subscriber/preferences.ts'
import { readReaderLink } from '../../subscriber/reader-link.ts'
import { CONFIRM_WITHIN_DAYS } from '../../subscriber/subscribe.ts'
import { unsubscribe } from '../../subscriber/unsubscribe.ts'
import type { PublicDeps } from './deps.ts'
import { type Fragment, html } from './html.ts'
import { circumstancesOf, sendNotice, sendPage } from './reply.ts'
import { phrase, type Strings, stringsFor } from './strings.ts'

type TokenRoute = { Params: { token: string }; Body: unknown }

/** The pages that the links of a mail lead to. Each shows a button; only the button's POST changes something. */
export function addReaderPages(app: FastifyInstance, deps: PublicDeps, basePath: string): void {
  const pages = createPages(deps, basePath)
  app.get<TokenRoute>('/confirm/:token', ({ params }, reply) => pages.askToConfirm(params.token, reply))
  app.post<TokenRoute>('/confirm/:token', (request, reply) => pages.confirm(request, reply))
  // `/u/…` is what List-Unsubscribe names: some mail programs open it in a browser instead of posting to it.
  for (const path of ['/unsubscribe/:token', '/u/:token']) {
    app.get<TokenRoute>(path, ({ params }, reply) => pages.askToLeave(params.token, reply))
  }
  app.post<TokenRoute>('/unsubscribe/:token', (request, reply) => pages.leave(request, reply))
  app.get<TokenRoute>('/preferences/:token', ({ params }, reply) => pages.preferences(params.token, reply))
  app.post<TokenRoute>('/preferences/:token', (request, reply) => pages.change(request, reply))
}

function createPages(deps: PublicDeps, basePath: string) {
  const say = createSay(basePath)
  const invalid = (reply: FastifyReply) => sendNotice(reply, 'invalid', basePath, 404)
  const tooOld = (reply: FastifyReply, newsletter: Newsletter) =>
    say(reply, newsletter, 410, 'expiredTitle', (strings, names) => [
      html`<p>${phrase(strings.expired, { days: CONFIRM_WITHIN_DAYS })}</p>`,
      html`<p><a href="${basePath}/n/${newsletter.slug}">${phrase(strings.askAgain, names)}</a></p>`,
    ])
  const showPreferences = (reply: FastifyReply, found: Preferences) =>
    found.kind === 'invalid'
      ? invalid(reply)
      : say(reply, found.newsletter, 200, 'preferencesTitle', (strings) => renderPreferences(found, strings))

  return {
    async askToConfirm(token: string, reply: FastifyReply) {
      const link = await readReaderLink(deps, 'confirm', token)
      if (link.kind === 'invalid') return invalid(reply)
      if (link.kind === 'expired') return tooOld(reply, link.newsletter)
      return say(reply, link.newsletter, 200, 'confirmTitle', (strings, names) => [
        html`<p>${phrase(strings.confirmAsk, names)}</p>`,
        button(`${basePath}/confirm/${token}`, strings.confirmButton),
      ])
    },

    async confirm(request: FastifyRequest<TokenRoute>, reply: FastifyReply) {
      const answer = await confirmSubscription(deps, request.params.token, circumstances(request))
      if (answer.kind === 'invalid') return invalid(reply)
      if (answer.kind === 'expired') return tooOld(reply, answer.newsletter)
      return say(
        reply,
        answer.newsletter,
        200,
        'confirmedTitle',
        (strings, names) => html`<p>${phrase(strings.confirmed, names)}</p>`,
      )
    },

    async askToLeave(token: string, reply: FastifyReply) {
      const link = await readReaderLink(deps, 'unsubscribe', token)
      if (link.kind !== 'ok') return invalid(reply)
      return say(reply, link.newsletter, 200, 'unsubscribeTitle', (strings) => [
        html`<p>${strings.unsubscribeAsk}</p>`,
        button(`${basePath}/unsubscribe/${token}`, strings.unsubscribeButton),
      ])
    },

    async leave(request: FastifyRequest<TokenRoute>, reply: FastifyReply) {
      const answer = await unsubscribe(deps, request.params.token, circumstances(request))
      if (answer.kind === 'invalid') return invalid(reply)
      return say(reply, answer.newsletter, 200, 'leftTitle', (strings) => [
        html`<p>${strings.left}</p>`,
        html`<p>${strings.changedYourMind} <a href="${deps.links.preferences(answer.reader)}">${strings.toPreferences}</a></p>`,
      ])
    },

    async preferences(token: string, reply: FastifyReply) {
      return showPreferences(reply, await readPreferences(deps, token))
    },

    async change(request: FastifyRequest<TokenRoute>, reply: FastifyReply) {
      const choice = choiceOf(request.body)
      if (choice === undefined) return sendNotice(reply, 'badRequest', basePath, 400)
      return showPreferences(reply, await changePreferences(deps, request.params.token, choice, circumstances(request)))
    },
  }

  function circumstances(request: FastifyRequest) {
    return circumstancesOf(request, deps.tokens, 'page')
  }
}

type Names = { readonly newsletter: string }

function createSay(basePath: string) {
  return (
    reply: FastifyReply,
    newsletter: Newsletter,
    status: number,
    title: keyof Strings,
    body: (strings: Strings, names: Names) => Fragment,
  ): FastifyReply => {
    const { strings } = stringsFor(newsletter.locale)
    const names = { newsletter: newsletter.name }
    const heading = phrase(strings[title], names)
    const main = html`<h1>${heading}</h1>${body(strings, names)}`
    return sendPage(reply, { title: heading, main, newsletter, basePath }, status)
  }
}

function renderPreferences(found: Preferences & { readonly kind: 'ok' }, strings: Strings): Fragment {
  const names = { newsletter: found.newsletter.name, address: found.maskedAddress }
  const { says, choice, label } = {
    confirmed: { says: strings.preferencesConfirmed, choice: 'leave', label: strings.leaveButton },
    pending: { says: strings.preferencesPending, choice: 'return', label: strings.confirmHereButton },
    unsubscribed: { says: strings.preferencesLeft, choice: 'return', label: strings.returnButton },
  }[found.status]
  return [
    html`<p>${phrase(says, names)}</p>`,
    html`<form method="post"><button type="submit" name="choice" value="${choice}">${phrase(label, names)}</button></form>`,
  ]
}

function choiceOf(body: unknown): 'leave' | 'return' | undefined {
  const choice = typeof body === 'object' && body !== null && 'choice' in body ? body.choice : undefined
  return choice === 'leave' || choice === 'return' ? choice : undefined
}

function button(action: string, label: string): Fragment {
  return html`<form method="post" action="${action}"><button type="submit">${label}</button></form>`
}
