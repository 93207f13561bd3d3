import { languageOf, localeSchema } from '../../locale.ts'
import { isTimeZone } from '../../send/zones.ts'
import { firstNameSchema } from '../../subscriber/first-name.ts'
import { pauseDays } from '../../subscriber/pause.ts'
import type { Choice, Choosable, Preferences } from '../../subscriber/preferences.ts'
import { type Fragment, type Html, html } from './html.ts'
import { knownLanguage } from './language.ts'
import { nameOf, pageLanguages, phraseHtml, type Strings, type Words } from './strings.ts'

/** What became of what was chosen last, for the top of the page. */
export type Note = 'done' | 'not_possible' | null

/** All that a reader may choose, with a button for each; without JavaScript. */
export function renderPreferences(found: Preferences, words: Words, now: Date, note: Note): Fragment {
  const { strings } = words
  return [
    note === 'done' && html`<p class="note" role="status">${strings.saved}</p>`,
    note === 'not_possible' && html`<p class="problem" role="alert">${strings.pauseProblem}</p>`,
    found.choosable.map((one) => renderNewsletter(found, one, words, now)),
    found.choosable.filter(({ status }) => status !== 'unsubscribed').length > 1 &&
      html`<form method="post"><button type="submit" class="quiet" name="choice" value="leave_all">${strings.leaveAllButton}</button></form>`,
    renderDetails(found, strings),
  ]
}

function renderNewsletter(found: Preferences, one: Choosable, { strings, lang }: Words, now: Date): Html {
  const { newsletter, status, pausedUntil } = one
  const { slug, name } = newsletter
  const zone = found.timeZone ?? newsletter.timeZone
  const date = pausedUntil && new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: zone }).format(pausedUntil)
  const names = { newsletter: name, address: found.maskedAddress, date: date ?? '' }
  const choose = (choice: string, label: string, look = 'quiet') =>
    html`<button type="submit" class="${look}" name="choice" value="${choice}">${phraseHtml(label, names)}</button>`
  const says = {
    confirmed: date === null ? strings.preferencesConfirmed : strings.preferencesPaused,
    pending: strings.preferencesPending,
    unsubscribed: strings.preferencesLeft,
  }[status]
  const buttons = {
    confirmed: [date !== null && choose('resume', strings.resumeButton, 'loud'), choose('leave', strings.leaveButton)],
    pending: [choose('return', strings.confirmHereButton, 'loud')],
    unsubscribed: [choose('return', strings.returnButton, 'loud')],
  }[status]
  return html`<section class="choice" aria-labelledby="newsletter-${slug}">
<h2 id="newsletter-${slug}"><bdi>${name}</bdi></h2>
<p>${phraseHtml(says, names)}</p>
<form method="post"><input type="hidden" name="newsletter" value="${slug}">${buttons}</form>
${status === 'confirmed' && date === null && renderPause(newsletter, zone, strings, now)}
</section>`
}

function renderPause({ slug, name }: Choosable['newsletter'], zone: string, strings: Strings, now: Date): Html {
  const { first, last } = pauseDays(now, zone)
  const names = { newsletter: name }
  return html`<form method="post" class="pause"><input type="hidden" name="newsletter" value="${slug}">
<label for="until-${slug}">${phraseHtml(strings.pauseLabel, names)}</label>
<input id="until-${slug}" name="until" type="date" min="${first}" max="${last}" required>
<button type="submit" class="quiet" name="choice" value="pause">${phraseHtml(strings.pauseButton, names)}</button>
</form>`
}

function renderDetails({ firstName, locale, timeZone, newsletter }: Preferences, strings: Strings): Html {
  const language = knownLanguage(locale) ?? languageOf(locale ?? newsletter.locale)
  const languages = [...new Set([...pageLanguages, language])].map((one) => option(one, nameOf(one), one === language))
  const zones = ZONES.map((zone) => option(zone, zone.replaceAll('_', ' '), zone === timeZone))
  const own = phraseHtml(strings.timeZoneDefault, { zone: newsletter.timeZone })
  return html`<section class="choice" aria-labelledby="about-you">
<h2 id="about-you">${strings.aboutYouTitle}</h2>
<form method="post">
<label for="first_name">${strings.firstNameLabel}</label>
<input id="first_name" name="first_name" autocomplete="given-name" maxlength="100" dir="auto" value="${firstName}">
<label for="language">${strings.languageLabel}</label>
<select id="language" name="language">${languages}</select>
<label for="time_zone">${strings.timeZoneLabel}</label>
<select id="time_zone" name="time_zone"><option value="">${own}</option>${zones}</select>
<button type="submit" name="choice" value="details">${strings.saveButton}</button>
</form>
</section>`
}

function option(value: string, label: string, isChosen: boolean): Html {
  const lang = pageLanguages.includes(value) && html` lang="${value}"`
  return html`<option value="${value}"${lang}${isChosen && html` selected`}>${label}</option>`
}

/** The zones that both the browser's and our database know. */
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC' && isTimeZone(zone))]

/** What a form of the page chose; undefined when it is none that the page has. */
export function choiceOf(body: unknown): Choice | undefined {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '')
  const { choice } = fields
  const newsletter = text('newsletter')
  if (choice === 'leave_all') return { kind: choice }
  if (choice === 'leave' || choice === 'return' || choice === 'resume') return { kind: choice, newsletter }
  if (choice === 'pause') return { kind: choice, newsletter, until: text('until') }
  if (choice !== 'details') return undefined
  const firstName = firstNameSchema.safeParse(text('first_name'))
  const locale = localeSchema.safeParse(text('language'))
  const timeZone = text('time_zone')
  if (!firstName.success || !locale.success || !(timeZone === '' || isTimeZone(timeZone))) return undefined
  return {
    kind: 'details',
    details: { firstName: firstName.data, locale: locale.data, timeZone: timeZone === '' ? null : timeZone },
  }
}
