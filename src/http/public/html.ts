/** Markup that is safe to send: everything put into it was escaped. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

/** What may stand in a place of a template: text is escaped, nothing is left out, lists are joined. */
export type Fragment = string | number | Html | null | undefined | false | readonly Fragment[]

/** Markup with places in it. Text lands escaped for content and for attributes in double quotes, and nowhere else. */
export function html(parts: TemplateStringsArray, ...places: readonly Fragment[]): Html {
  const filled = parts.map((part, index) => part + (index < places.length ? markupOf(places[index]) : ''))
  return new Html(filled.join(''))
}

function markupOf(fragment: Fragment): string {
  if (fragment === null || fragment === undefined || fragment === false) return ''
  if (fragment instanceof Html) return fragment.markup
  if (typeof fragment === 'object') return fragment.map(markupOf).join('')
  return String(fragment).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
