import type { ComponentType } from 'react'
import type { z } from 'zod'
import type { NewsletterProps } from './props.ts'
import type { SlotSheet } from './slots.tsx'

/** `issue`: a mail to an audience, made of articles. `single`: a mail to one reader, such as a confirmation. */
export type TemplateKind = 'issue' | 'single'

/** What a file in `emails/templates/` may export. Only the default export, the component, is required. */
export type TemplateModule<Props extends object> = {
  readonly default: ComponentType<Props> & { PreviewProps?: Props }
  readonly kind?: TemplateKind
  readonly props?: z.ZodType<Props>
  readonly PreviewProps?: Props
  readonly text?: (props: Props, sheet: SlotSheet) => string
  readonly subject?: (props: { readonly newsletter: NewsletterProps }) => string
  readonly preheader?: (props: { readonly newsletter: NewsletterProps }) => string
}

/** A template as Pressroom uses it; its props are checked by `propsSchema`, so that here they are just an object. */
export type Template = {
  readonly name: string
  readonly kind: TemplateKind
  readonly component: ComponentType<object>
  readonly propsSchema?: z.ZodType
  readonly sample?: object
  readonly text?: (props: object, sheet: SlotSheet) => string
  readonly subject?: (props: { readonly newsletter: NewsletterProps }) => string
  readonly preheader?: (props: { readonly newsletter: NewsletterProps }) => string
}

/**
 * Turns what a template file exports into a `Template`. A file that does not say its kind is an `issue`.
 *
 * @throws Error saying what to write, when there is no component or an export is not what its name promises
 */
export function templateFrom(name: string, exports: Readonly<Record<string, unknown>>): Template {
  const component = exports.default
  if (!isComponent(component)) {
    throw new Error(
      `The template ${name} has no default export that is a component. ` +
        `Write "export default function Mail(props) { … }" in ${name}.tsx.`,
    )
  }
  return {
    name,
    kind: optional(name, exports, 'kind', isKind, `'issue' or 'single'`) ?? 'issue',
    component,
    propsSchema: optional(name, exports, 'props', isSchema, 'a zod schema'),
    sample: optional(name, exports, 'PreviewProps', isObject, 'an object') ?? sampleOn(component),
    text: optional(name, exports, 'text', isTextWriter, 'a function (props, sheet) that returns a string'),
    subject: optional(name, exports, 'subject', isLineWriter, 'a function (props) that returns a string'),
    preheader: optional(name, exports, 'preheader', isLineWriter, 'a function (props) that returns a string'),
  }
}

function optional<T>(
  template: string,
  exports: Readonly<Record<string, unknown>>,
  key: string,
  isExpected: (value: unknown) => value is T,
  expected: string,
): T | undefined {
  const value = exports[key]
  if (value === undefined || isExpected(value)) return value
  throw new Error(`The template ${template} exports "${key}", but it is not ${expected}.`)
}

function sampleOn(component: ComponentType<object>): object | undefined {
  const sample = 'PreviewProps' in component ? component.PreviewProps : undefined
  return isObject(sample) ? sample : undefined
}

// `memo` and `forwardRef` make objects, not functions.
function isComponent(value: unknown): value is ComponentType<object> {
  return typeof value === 'function' || (isObject(value) && '$$typeof' in value)
}

function isKind(value: unknown): value is TemplateKind {
  return value === 'issue' || value === 'single'
}

function isSchema(value: unknown): value is z.ZodType {
  return isObject(value) && 'safeParse' in value && typeof value.safeParse === 'function'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isTextWriter(value: unknown): value is (props: object, sheet: SlotSheet) => string {
  return typeof value === 'function'
}

function isLineWriter(value: unknown): value is (props: { readonly newsletter: NewsletterProps }) => string {
  return typeof value === 'function'
}
