import { misplacedTags } from '../nesting.ts'
import { attribute, cut, shown } from '../page.ts'
import type { Fault, Rule } from '../rule.ts'

export const validHtml: Rule = {
  id: 'valid-html',
  severity: 'warning',
  explains:
    'The html has no error that every browser would have to mend in its own way: it begins with a doctype, and what opens closes.',
  mend: 'See what the place says; React writes valid html unless a template sets it itself.',
  find({ page, message: { html } }) {
    const broken = page.errors.map(({ code, startOffset }) => ({
      where: placeIn(html, startOffset),
      message: `${code.replaceAll('-', ' ')}.`,
    }))
    const misplaced = misplacedTags(html, page).map(({ at, message }) => ({ where: placeIn(html, at), message }))
    const [opened, closed] = [/<!--\[if\b/gi, /<!\[endif\]/gi].map((mark) => html.match(mark)?.length ?? 0)
    const conditional =
      opened === closed
        ? []
        : [{ where: 'html', message: `Of the conditional comments for Outlook, ${opened} begin and ${closed} end.` }]
    return [...broken, ...misplaced, ...conditional, ...twice(page.elements.map((element) => attribute(element, 'id')))]
  },
}

export const activeContent: Rule = {
  id: 'active-content',
  severity: 'error',
  explains:
    'The mail has nothing that runs, embeds or asks: scripts, handlers, frames, forms and outside styles are thrown away by mail clients, and the mail with them by some.',
  mend: 'Link to a page that has it.',
  find({ page }) {
    return page.elements.flatMap((element): Fault[] => {
      const handler = element.attrs.find(({ name }) => /^on[a-z]/.test(name))
      if (ACTIVE.has(element.tagName) || /^refresh$/i.test(attribute(element, 'http-equiv') ?? '')) {
        return [{ where: shown(element), message: `A mail must not have <${element.tagName}>.` }]
      }
      return handler ? [{ where: shown(element), message: `A mail must not have ${handler.name}.` }] : []
    })
  },
}

const ACTIVE: ReadonlySet<string> = new Set(
  'script iframe frame frameset object embed applet form input button select textarea base link portal dialog'.split(
    ' ',
  ),
)

// Mail has few line breaks: the words tell more than a line.
function placeIn(html: string, offset: number): string {
  return `html at ${offset}: ${cut(html.slice(offset, offset + 60), 40)}`
}

function twice(ids: readonly (string | undefined)[]): readonly Fault[] {
  const seen = new Set<string>()
  return ids.flatMap((id) => {
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id)
      return []
    }
    return [{ where: `html #${id}`, message: 'Two elements have this id.' }]
  })
}
