import { randomInt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IssueProps, SingleProps } from '../../emails/props.ts'
import type { SlotSheet } from '../../emails/slots.tsx'
import { AppError } from '../error.ts'
import { compileEdition } from './compile.ts'
import type { Edition } from './edition.ts'
import { postprocess } from './postprocess.ts'
import type { LoadedTemplate } from './templates.ts'

/** What an edition is made of. */
export type RenderRequest = {
  readonly template: LoadedTemplate
  /** Subject and preheader in them may hold slots written by the editor: `{{first_name|there}}`. */
  readonly props: IssueProps | SingleProps
  /** Replaces the subject in `props`, for a test of subjects, say. */
  readonly subject?: string | undefined
  /** Replaces the preheader in `props`. */
  readonly preheader?: string | undefined
  /** Headers by name; values may hold slots: `(slots) => ({ 'List-Unsubscribe': `<${slots.url('unsubscribe')}>` })`. */
  readonly headers?: ((slots: SlotSheet) => Readonly<Record<string, string>>) | undefined
  /** BCP 47 */
  readonly locale: string
}

/**
 * Renders an issue once for all its readers. The text part is the template's own, else it is made from the html. The
 * same request gives an edition with the same hash.
 * @throws AppError `invalid_input` when the props do not fit the template, when the template throws (with file and
 * line), or when its slots cannot be cut out
 */
export async function renderEdition(request: RenderRequest): Promise<Edition> {
  const { template, locale } = request
  const nonce = freshNonce(JSON.stringify(request.props))
  const sheet = new template.engine.SlotSheet(nonce)
  const plain = checkProps(template, withLines(request.props, request))
  const { subject, preheader } = linesOf(plain)
  const props = withLines(plain, { subject: markSlots(subject, sheet), preheader: markSlots(preheader, sheet) })
  const optional = sheet.declared.length
  const rendered = await inTemplate(template, () => renderPage(template, props, sheet))
  const text = await inTemplate(template, () => template.text?.(props, sheet) ?? textFrom(template, rendered))
  // React keeps what belongs to a render until the event loop turns; a loop over issues must not pile that up.
  await nextTurn()
  return compileEdition(
    {
      template: template.name,
      locale,
      subject: linesOf(props).subject,
      html: postprocess(rendered),
      text: tidyText(text),
      headers: Object.entries(request.headers?.(sheet) ?? {}).map(([name, value]) => ({ name, value })),
    },
    { nonce, declared: sheet.declared, optional },
  )
}

type Props = IssueProps | SingleProps
type Lines = { readonly subject: string; readonly preheader: string }

// A token must be found wherever it stands, also behind digits of the text: the nonce's first digit does not recur in
// it, so that no match can begin earlier than the token.
function freshNonce(taken: string): string {
  const nonce = `9${Array.from({ length: 9 }, () => randomInt(9)).join('')}`
  return taken.includes(nonce) ? freshNonce(taken) : nonce
}

function linesOf(props: Props): Lines {
  return 'issue' in props ? props.issue : props
}

function withLines(
  props: Props,
  { subject, preheader }: { subject?: string | undefined; preheader?: string | undefined },
): Props {
  const lines = { subject: subject ?? linesOf(props).subject, preheader: preheader ?? linesOf(props).preheader }
  return 'issue' in props ? { ...props, issue: { ...props.issue, ...lines } } : { ...props, ...lines }
}

const EDITORS_SLOT = /\{\{\s*([a-z][a-z0-9_]*)\s*(?:\|([^{}|]*))?\}\}/gi

function markSlots(line: string, sheet: SlotSheet): string {
  return line.replace(EDITORS_SLOT, (_, name: string, fallback = '') => sheet.text(name, fallback.trim()))
}

/** The props as the template's schema returns them: with its defaults, without what it does not know. */
function checkProps(template: LoadedTemplate, props: Props): Props {
  const checked = template.propsSchema?.safeParse(props)
  if (checked === undefined) return props
  if (checked.success) return checked.data as Props
  throw new AppError('invalid_input', `This issue does not fit the template ${template.name}.`, {
    problems: checked.error.issues.map(({ path, message }) => ({ where: path.join('.'), message })),
  })
}

function renderPage({ engine, component }: LoadedTemplate, props: Props, sheet: SlotSheet): Promise<string> {
  const { createElement, render, SlotProvider } = engine
  return render(createElement(SlotProvider, { sheet, children: createElement(component, props) }))
}

async function inTemplate<T>(template: LoadedTemplate, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const where = template.whereThrown(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'invalid_input',
      `The template ${template.name} failed${where === undefined ? '' : ` at ${where}`}: ${message}`,
      { cause },
    )
  }
}

function textFrom({ engine }: LoadedTemplate, html: string): string {
  const asWritten = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
    selector,
    options: { uppercase: false },
  }))
  return engine.toPlainText(html, { selectors: asWritten })
}

function tidyText(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim()}\n`
}
