import { SlotSheet } from '../../emails/slots.tsx'
import { compileEdition } from './compile.ts'
import type { Edition } from './edition.ts'
import { postprocess } from './postprocess.ts'
import type { PageRequest, RenderedPage } from './template-thread.ts'
import type { LoadedTemplate } from './templates.ts'

/**
 * What an edition is made of. Subject and preheader may hold slots written by the editor: `{{first_name|there}}`; given
 * here they replace those in `props`, for a test of subjects, say.
 */
export type RenderRequest = PageRequest & {
  readonly template: LoadedTemplate
  /** Headers by name; values may hold slots: `(slots) => ({ 'List-Unsubscribe': `<${slots.url('unsubscribe')}>` })`. */
  readonly headers?: ((slots: SlotSheet) => Readonly<Record<string, string>>) | undefined
  /** BCP 47 */
  readonly locale: string
}

/**
 * Renders an issue once for all its readers. The text part is the template's own, else it is made from the html. The
 * same request gives an edition with the same hash.
 * @throws AppError `invalid_input` when the props do not fit the template, when the template throws or does not end
 * (with file and line), or when its slots cannot be cut out
 */
export async function renderEdition(request: RenderRequest): Promise<Edition> {
  return (await renderShown(request)).edition
}

/** An edition, and the preheader that was rendered into it, as the editor or the template wrote it. */
export type ShownEdition = { readonly edition: Edition; readonly preheader: string }

/** Renders like `renderEdition`, for who shows what an inbox would show. @throws as that does */
export async function renderShown({ template, headers, locale, ...request }: RenderRequest): Promise<ShownEdition> {
  const page = await template.render(request)
  const sheet = sheetOf(page)
  const edition = compileEdition(
    {
      template: template.name,
      locale,
      subject: page.subject,
      html: postprocess(page.html),
      text: tidyText(page.text),
      headers: Object.entries(headers?.(sheet) ?? {}).map(([name, value]) => ({ name, value })),
    },
    { nonce: page.nonce, declared: sheet.declared, optional: page.optional },
  )
  return { edition, preheader: page.preheader }
}

/** The sheet that the page was rendered with, to be written on: a slot that is on it already keeps its token. */
function sheetOf({ nonce, declared }: RenderedPage): SlotSheet {
  const sheet = new SlotSheet(nonce)
  for (const slot of declared) {
    if (slot.kind === 'text') sheet.text(slot.name, slot.fallback)
    else if (slot.kind === 'url') sheet.url(slot.name)
    else sheet.when(slot.attribute, slot.is)
  }
  return sheet
}

function tidyText(text: string): string {
  return `${text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{4,}/g, '\n\n\n')
    .trim()}\n`
}
