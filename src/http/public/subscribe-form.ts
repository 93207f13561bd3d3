import { directionOf } from '../../article/field.ts'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import { SUBSCRIBE_SCRIPT } from './assets.ts'
import { type Html, html } from './html.ts'
import { phrase, phraseHtml, versionOf, type Words, wordsIn } from './strings.ts'

/** What was typed into a form. */
export type Typed = { readonly email: string; readonly firstName: string }

/** Why a form comes back: what is wrong with a field, or (`again`) that it has to be sent once more. */
export type Refusal = {
  readonly typed: Typed
  readonly email?: string | undefined
  readonly firstName?: string | undefined
  readonly again?: boolean
}

export type FormParts = {
  readonly newsletter: Newsletter
  readonly basePath: string
  /** The language that the reader seems to like, if there are pages in it. */
  readonly language: string | null
  readonly words: Words
  readonly stamp: string
}

/** The name of a field that nobody sees, and only machines fill in. */
export const TRAP = 'website'

/** The form on a newsletter's own page. */
export function renderForm(
  { newsletter, basePath, language, words, stamp }: FormParts,
  refusal: Refusal | undefined,
): Html {
  const { strings } = words
  return html`<form method="post" action="${basePath}/n/${newsletter.slug}/subscribe" novalidate>
${refusal?.again && html`<p class="problem" role="alert">${strings.againNotice}</p>`}
${language !== null && html`<input type="hidden" name="language" value="${language}">`}
<input type="hidden" name="wording" value="${versionOf(words, 'consent')}">
<input type="hidden" name="stamp" value="${stamp}">
<label for="email">${strings.emailLabel}</label>
<input id="email" name="email" type="email" autocomplete="email" inputmode="email" required maxlength="320" dir="ltr" value="${refusal?.typed.email ?? ''}"${fault('email', refusal?.email)}>
${problem('email', refusal?.email)}
<label for="first_name">${strings.firstNameLabel}</label>
<input id="first_name" name="first_name" autocomplete="given-name" maxlength="100" dir="auto" value="${refusal?.typed.firstName ?? ''}"${fault('first_name', refusal?.firstName)}>
${problem('first_name', refusal?.firstName)}
${trap(words)}
<button type="submit">${strings.subscribeButton}</button>
</form>
<p class="muted">${phraseHtml(strings.consent, partiesOf(newsletter))}</p>`
}

/**
 * The same form to be put on another site: it works without JavaScript, and without our looks. With `script`, one of
 * ours keeps the reader on the page. Nothing in it is secret, or ends some day.
 */
export function renderSnippet(
  newsletter: Newsletter,
  { publicUrl, language, script }: { readonly publicUrl: string; readonly language: string; readonly script: boolean },
): string {
  const words = wordsIn(language)
  const { strings, lang } = words
  const snippet = html`<form action="${publicUrl}/subscribe" method="post"${script && html` data-pressroom`} lang="${lang}" dir="${directionOf(lang)}">
  <input type="hidden" name="newsletter" value="${newsletter.slug}">
  <input type="hidden" name="language" value="${lang}">
  <input type="hidden" name="wording" value="${versionOf(words, 'consent')}">
  <p><label>${strings.emailLabel} <input name="email" type="email" autocomplete="email" required maxlength="320" dir="ltr"></label></p>
  <p><label>${strings.firstNameLabel} <input name="first_name" autocomplete="given-name" maxlength="100" dir="auto"></label></p>
  ${trap(words)}
  <p><button type="submit">${strings.subscribeButton}</button></p>
  <p><small>${phrase(strings.consent, partiesOf(newsletter))}</small></p>${
    script &&
    html`
  <p role="status"></p>`
  }
</form>${
    script &&
    html`
<script src="${publicUrl}${SUBSCRIBE_SCRIPT}" defer></script>`
  }
`
  return snippet.markup
}

/** The two whom a reader agrees with. */
export function partiesOf({ name, fromName }: Newsletter) {
  return { newsletter: name, sender: fromName }
}

// `hidden` takes it from sight, from the order of the keyboard and from screen readers, with or without a style sheet.
function trap({ strings }: Words): Html {
  return html`<p hidden><label>${strings.trapLabel} <input name="${TRAP}" tabindex="-1" autocomplete="off"></label></p>`
}

function fault(field: string, text: string | undefined): Html | null {
  return text === undefined ? null : html` aria-invalid="true" aria-describedby="${field}-problem" autofocus`
}

function problem(field: string, text: string | undefined): Html | null {
  return text === undefined ? null : html`<p class="problem" id="${field}-problem" role="alert">${text}</p>`
}
