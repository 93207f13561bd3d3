import type { Piece } from '../../edition/edition.ts'
import { slotNames } from '../../edition/slot-names.ts'
import { type CheckedMail, urlProblem } from '../mail.ts'
import { attribute, cut, outward, visible } from '../page.ts'
import type { Fault, Rule } from '../rule.ts'

export const urlSlot: Rule = {
  id: 'url-slot',
  severity: 'error',
  isFinal: true,
  explains:
    'Every link that is filled in for each reader can be filled in, with an https address, or http on this machine.',
  mend: 'Use one of the slots there are: unsubscribe, preferences, view, one_click; and set PUBLIC_URL to an https address.',
  find({ edition, values }) {
    const asked = slotNames(edition).urls
    const known = Object.keys(values).filter((name) => urlProblem(name, values) === null)
    return asked.flatMap((name) => {
      const problem = urlProblem(name, values)
      if (problem === null) return []
      const missing = `The template asks for a link that does not exist; expected one of ${known.sort().join(', ')}.`
      return [{ where: `url slot ${name}`, message: Object.hasOwn(values, name) ? problem : missing }]
    })
  },
}

export const slotFallback: Rule = {
  id: 'slot-fallback',
  severity: 'error',
  explains:
    'A slot for a text says what readers see of whom it is not known, unless it stands where only the others look.',
  mend: 'Write {{first_name|there}} or <Slot name="first_name" fallback="there" />, or put it inside <When attribute="first_name">.',
  find({ edition: { subject, html, text, headers } }) {
    const parts = [
      ['subject', subject],
      ['html', html],
      ['text', text],
      ...headers.map(({ name, value }) => [name, value] as const),
    ] as const
    return parts.flatMap(([where, pieces]) =>
      [...new Set(withoutFallback(pieces, new Set()))].map((name) => ({
        where: `${where} slot ${name}`,
        message: `Readers without ${name} would see a gap.`,
      })),
    )
  },
}

export const tokenLeft: Rule = {
  id: 'token-left',
  severity: 'error',
  explains:
    'Nothing is left of slots or of values that were not there: no {{name}}, *|NAME|*, undefined or [object Object].',
  mend: 'Write slots as {{first_name|there}} in the lines of an issue and as <Slot> in templates; see that every value is given.',
  find(mail) {
    return [...textsToRead(mail)].flatMap(([where, text]): Fault[] => {
      const left = LEFT.exec(text)?.[0] ?? NOTHING.exec(text)?.[0]
      return left === undefined ? [] : [{ where, message: `This was not filled in: ${cut(left.trim(), 60)}` }]
    })
  },
}

function* textsToRead({ message, page }: CheckedMail): Iterable<readonly [where: string, text: string]> {
  yield ['subject', message.subject]
  for (const { name, value } of message.headers) yield [`header ${name}`, value]
  for (const { text, element } of page.texts) {
    // Code may well be about such things.
    if ([...outward(element)].some(({ tagName }) => /^(?:code|pre|kbd|samp)$/.test(tagName))) continue
    yield [`html “${cut(visible(text), 40)}”`, text]
  }
  for (const element of page.elements) {
    for (const name of ['href', 'src', 'alt']) {
      const value = attribute(element, name)
      if (value !== undefined) yield [`html <${element.tagName}> ${name}`, value]
    }
  }
}

const LEFT = /\{\{[^{}]{0,60}\}\}|\*\|[A-Z0-9_:]{1,40}\|\*|%%[a-z0-9_]{1,40}%%|\[object Object\]|slot\.invalid/i
const NOTHING = /^\s*(?:undefined|NaN|null)\s*$/

function withoutFallback(pieces: readonly Piece[], known: ReadonlySet<string>): readonly string[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === 'string') return []
    if ('slot' in piece) {
      const { slot } = piece
      return slot.kind === 'text' && slot.fallback.trim() === '' && !known.has(slot.name) ? [slot.name] : []
    }
    const inside = piece.is === '' ? known : new Set([...known, piece.attribute])
    return [...withoutFallback(piece.shown, inside), ...withoutFallback(piece.otherwise, known)]
  })
}
