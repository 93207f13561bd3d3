import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SubscriberId } from '../../id.ts'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { confirmSubscription } from '../../subscriber/confirm.ts'
import { changePreferences, type Preferences, readPreferences } from '../../subscriber/preferences.ts'
import { readReaderLink } from '../../subscriber/reader-link.ts'
import { CONFIRM_WITHIN_DAYS } from '../../subscriber/subscribe.ts'
import { unsubscribe } from '../../subscriber/unsubscribe.ts'
import type { PublicDeps } from './deps.ts'
import { type Fragment, html } from './html.ts'
import { wordsFor } from './language.ts'
import { choiceOf, type Note, renderPreferences } from './preferences-page.ts'
import { circumstancesOf, sendNotice, sendPage } from './reply.ts'
import { phrase, phraseHtml, type Strings, type Words } from './strings.ts'

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
  const say = createSay(deps, basePath)
  const invalid = (reply: FastifyReply) => sendNotice(reply, 'invalid', basePath, 404)
  const tooOld = (reply: FastifyReply, about: Subject) =>
    say(reply, about, 410, 'expiredTitle', (words, names) => [
      html`<p>${phrase(words.strings.expired, { days: CONFIRM_WITHIN_DAYS })}</p>`,
      askAgain(about, words, names),
    ])
  const askAgain = ({ newsletter }: Subject, { strings }: Words, names: Names) =>
    html`<p><a href="${basePath}/n/${newsletter.slug}">${phraseHtml(strings.askAgain, names)}</a></p>`
  const showPreferences = (reply: FastifyReply, found: Preferences, note: Note) =>
    say(reply, found, note === 'not_possible' ? 422 : 200, 'preferencesTitle', (words) =>
      renderPreferences(found, words, deps.clock.now(), note),
    )

  return {
    async askToConfirm(token: string, reply: FastifyReply) {
      const link = await readReaderLink(deps, 'confirm', token)
      if (link.kind === 'invalid') return invalid(reply)
      if (link.kind === 'expired') return tooOld(reply, link)
      return say(reply, link, 200, 'confirmTitle', ({ strings }, names) => [
        html`<p>${phraseHtml(strings.confirmAsk, names)}</p>`,
        button(`${basePath}/confirm/${token}`, strings.confirmButton),
      ])
    },

    async confirm(request: FastifyRequest<TokenRoute>, reply: FastifyReply) {
      const answer = await confirmSubscription(deps, request.params.token, circumstances(request))
      if (answer.kind === 'invalid') return invalid(reply)
      if (answer.kind === 'expired') return tooOld(reply, answer)
      // Who has left since is not brought back by an old link.
      if (answer.kind === 'left') {
        return say(reply, answer, 410, 'leftTitle', (words, names) => askAgain(answer, words, names))
      }
      const { newsletter, subscriberId } = answer
      const preferences = deps.links.preferences({ newsletterId: newsletter.id, subscriberId })
      return say(reply, answer, 200, 'confirmedTitle', ({ strings }, names) => [
        html`<p>${phraseHtml(strings.confirmed, names)}</p>`,
        html`<p><a href="${preferences}">${strings.toPreferences}</a></p>`,
      ])
    },

    async askToLeave(token: string, reply: FastifyReply) {
      const link = await readReaderLink(deps, 'unsubscribe', token)
      if (link.kind !== 'ok') return invalid(reply)
      return say(reply, link, 200, 'unsubscribeTitle', ({ strings }) => [
        html`<p>${strings.unsubscribeAsk}</p>`,
        button(`${basePath}/unsubscribe/${token}`, strings.unsubscribeButton),
      ])
    },

    async leave(request: FastifyRequest<TokenRoute>, reply: FastifyReply) {
      const answer = await unsubscribe(deps, request.params.token, circumstances(request))
      if (answer.kind === 'invalid') return invalid(reply)
      const { newsletter, reader } = answer
      const preferences = deps.links.preferences(reader)
      return say(reply, { newsletter, subscriberId: reader.subscriberId }, 200, 'leftTitle', ({ strings }, names) => [
        html`<p>${strings.left}</p>`,
        html`<p>${strings.changedYourMind} <a href="${preferences}">${strings.toPreferences}</a></p>`,
        html`<form method="post" action="${new URL(preferences).pathname}"><input type="hidden" name="newsletter" value="${newsletter.slug}">
<button type="submit" class="quiet" name="choice" value="return">${phraseHtml(strings.returnButton, names)}</button></form>`,
      ])
    },

    async preferences(token: string, reply: FastifyReply) {
      const found = await readPreferences(deps, token)
      return found.kind === 'invalid' ? invalid(reply) : showPreferences(reply, found, null)
    },

    async change(request: FastifyRequest<TokenRoute>, reply: FastifyReply) {
      const choice = choiceOf(request.body)
      if (choice === undefined) return sendNotice(reply, 'badRequest', basePath, 400)
      const answer = await changePreferences(deps, request.params.token, choice, circumstances(request))
      return answer.kind === 'invalid' ? invalid(reply) : showPreferences(reply, answer.preferences, answer.kind)
    },
  }

  function circumstances(request: FastifyRequest) {
    return circumstancesOf(request, deps.tokens, 'page')
  }
}

type Names = { readonly newsletter: string }

/** Whom a page is about; their locale is looked up where it is not known yet. */
type Subject = { readonly newsletter: Newsletter } & (
  | { readonly subscriberId: SubscriberId }
  | { readonly locale: string | null }
)

function createSay({ subscribers }: PublicDeps, basePath: string) {
  return async (
    reply: FastifyReply,
    about: Subject,
    status: number,
    title: keyof Strings,
    body: (words: Words, names: Names) => Fragment,
  ): Promise<FastifyReply> => {
    const { newsletter } = about
    const reader = 'locale' in about ? about.locale : (await subscribers.get(about.subscriberId))?.locale
    const words = wordsFor(reply.request, { reader, newsletter })
    const names = { newsletter: newsletter.name }
    const pattern = words.strings[title]
    const main = html`<h1>${phraseHtml(pattern, names)}</h1>${body(words, names)}`
    return sendPage(reply, { title: phrase(pattern, names), main, words, newsletter, basePath }, status)
  }
}

function button(action: string, label: string): Fragment {
  return html`<form method="post" action="${action}"><button type="submit">${label}</button></form>`
}
