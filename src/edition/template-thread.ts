// What runs in the thread that holds the templates. Compiled with them, so that all share one React.
import { randomInt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { render, toPlainText } from '@react-email/render'
import { type ComponentProps, createElement } from 'react'
import { type IssueProps, issueProps, type SingleProps, singleProps } from '../../emails/props.ts'
import { type Template, templateFrom } from '../../emails/registry.ts'
import { type SlotDeclaration, SlotProvider, SlotSheet } from '../../emails/slots.tsx'
import type { Problem } from '../error.ts'
import { serveThread } from '../thread/serve.ts'

/** A template to work with: its name, and the URL of its compiled module. */
type Asked = { readonly name: string; readonly module: string }

/** What is rendered. Lines are those of the request, else of the props, else (of a single mail) the template's own. */
export type PageRequest = {
  readonly props: IssueProps | (Pick<SingleProps, 'newsletter'> & Partial<SingleProps>)
  /** Fills in what `props` does not have from the template's own sample, which may show another issue altogether. */
  readonly sample?: boolean | undefined
  readonly subject?: string | undefined
  readonly preheader?: string | undefined
}

/** What the thread is asked. */
export type TemplateRequest = (Asked & { readonly do: 'describe' }) | (Asked & PageRequest & { readonly do: 'render' })

/** What a template says of itself. */
export type TemplateFacts = {
  readonly kind: Template['kind']
  /** Whether it writes its plain-text part itself. */
  readonly hasText: boolean
  /** The props that its schema names; null when it has no schema, or one that is no object. */
  readonly declaredProps: readonly string[] | null
  /** The props in its PreviewProps. */
  readonly sampleProps: readonly string[]
}

/** A page whose slots are tokens of `nonce`; the first `optional` of `declared` are an editor's, and may be missing. */
export type RenderedPage = {
  readonly html: string
  readonly text: string
  readonly subject: string
  /** As the editor wrote it, its slots included. */
  readonly preheader: string
  readonly nonce: string
  readonly declared: readonly SlotDeclaration[]
  readonly optional: number
}

/** What the thread answers. */
export type TemplateAnswer =
  | (TemplateFacts & { readonly is: 'facts' })
  | (RenderedPage & { readonly is: 'page' })
  | { readonly is: 'refused'; readonly problems: readonly Problem[] }

// stdout is for what a command answers; what a template prints is none of it.
process.stdout.write = process.stderr.write.bind(process.stderr)

serveThread(async (request: TemplateRequest): Promise<TemplateAnswer> => {
  const template = templateFrom(request.name, await import(request.module))
  return request.do === 'describe' ? describe(template) : renderPage(template, request)
})

function describe({ kind, text, propsSchema, sample }: Template): TemplateAnswer {
  const shape: unknown = propsSchema !== undefined && 'shape' in propsSchema ? propsSchema.shape : undefined
  return {
    is: 'facts',
    kind,
    hasText: text !== undefined,
    declaredProps: typeof shape === 'object' && shape !== null ? Object.keys(shape) : null,
    sampleProps: Object.keys(sample ?? {}),
  }
}

type Props = IssueProps | SingleProps

async function renderPage(template: Template, request: PageRequest): Promise<TemplateAnswer> {
  const given = withLines(complete(template, request), request)
  const checked = template.propsSchema?.safeParse(given)
  if (checked?.success === false) return refused(checked.error.issues)
  const plain = (checked?.data ?? given) as Props
  const nonce = freshNonce(plain)
  const sheet = new SlotSheet(nonce)
  const { subject, preheader } = linesOf(plain)
  const props = withLines(plain, { subject: markSlots(subject, sheet), preheader: markSlots(preheader, sheet) })
  const optional = sheet.declared.length
  const page: ComponentProps<typeof SlotProvider> = { sheet, children: createElement(template.component, props) }
  const html = await render(createElement(SlotProvider, page))
  const text = template.text?.(props, sheet) ?? textFrom(html)
  // React keeps what belongs to a render until the event loop turns; a loop over issues must not pile that up.
  await nextTurn()
  const { declared } = sheet
  return { is: 'page', html, text, subject: linesOf(props).subject, preheader, nonce, declared, optional }
}

/** The props with the lines of a single mail, and laid over the template's sample where that is asked for. */
function complete(template: Template, { props, sample }: PageRequest): Props {
  if ('issue' in props) return sample ? withSample(template, props, issueProps.shape) : props
  const { newsletter } = props
  const own = { subject: template.subject?.({ newsletter }), preheader: template.preheader?.({ newsletter }) }
  const subject = props.subject ?? own.subject ?? newsletter.name
  const single = { newsletter, subject, preheader: props.preheader ?? own.preheader ?? subject }
  return sample ? { ...withSample(template, single, singleProps.shape), ...given(own) } : single
}

/**
 * What the sample has of our props counts as far as it is what we would give, but for the newsletter: whose language
 * and looks are shown is for the request to say. All others are the sample's.
 */
function withSample<Given extends Props>(
  { sample = {} }: Template,
  props: Given,
  shape: Readonly<Record<string, { safeParse(value: unknown): { readonly success: boolean } }>>,
): Given {
  const fitting = Object.entries(sample).filter(
    ([key, value]) => key !== 'newsletter' && (shape[key]?.safeParse(value).success ?? true),
  )
  return { ...props, ...Object.fromEntries(fitting) }
}

function given<T extends object>(lines: T): Partial<T> {
  return Object.fromEntries(Object.entries(lines).filter(([, line]) => line !== undefined)) as Partial<T>
}

function refused(issues: readonly { readonly path: PropertyKey[]; readonly message: string }[]): TemplateAnswer {
  return { is: 'refused', problems: issues.map(({ path, message }) => ({ where: path.join('.'), message })) }
}

function linesOf(props: Props): Pick<SingleProps, 'subject' | 'preheader'> {
  return 'issue' in props ? props.issue : props
}

function withLines(props: Props, lines: { subject?: string | undefined; preheader?: string | undefined }): Props {
  const { subject = linesOf(props).subject, preheader = linesOf(props).preheader } = lines
  return 'issue' in props
    ? { ...props, issue: { ...props.issue, subject, preheader } }
    : { ...props, subject, preheader }
}

const EDITORS_SLOT = /\{\{\s*([a-z][a-z0-9_]*)\s*(?:\|([^{}|]*))?\}\}/gi

function markSlots(line: string, sheet: SlotSheet): string {
  return line.replace(EDITORS_SLOT, (_, name: string, fallback = '') => sheet.text(name, fallback.trim()))
}

// A token must be found wherever it stands, also behind digits of the text: the nonce's first digit does not recur in
// it, so that no match can begin earlier than the token.
function freshNonce(props: Props): string {
  const nonce = `9${Array.from({ length: 9 }, () => randomInt(9)).join('')}`
  return JSON.stringify([...texts(props)]).includes(nonce) ? freshNonce(props) : nonce
}

/** Every text in a value, which may be a sample of any shape. */
function* texts(value: unknown, seen = new Set<unknown>()): Iterable<string> {
  if (typeof value !== 'object' || value === null) yield String(value)
  else if (!seen.has(value)) {
    seen.add(value)
    for (const inner of Object.values(value)) yield* texts(inner, seen)
  }
}

function textFrom(html: string): string {
  const asWritten = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
    selector,
    options: { uppercase: false },
  }))
  return toPlainText(html, { selectors: asWritten })
}
