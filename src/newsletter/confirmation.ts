import { singleProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import { listHeaders } from '../issue/render.ts'
import type { Store } from '../store/store.ts'
import type { Newsletter } from './newsletter.ts'

export type ConfirmationDeps = {
  readonly store: Pick<Store, 'editions'>
  readonly template: (name: string) => Promise<LoadedTemplate>
  /** Its host stands in `List-Id`. */
  readonly publicUrl: string
}

const TEMPLATE = 'confirm-subscription'

/**
 * Gives the hash of a newsletter's confirmation mail, rendered and stored. It is rendered once a process, and again
 * when the newsletter has changed.
 */
export function createConfirmations(deps: ConfirmationDeps): (newsletter: Newsletter) => Promise<string> {
  const rendered = new Map<string, { readonly as: string; readonly hash: string }>()
  return async (newsletter) => {
    const as = JSON.stringify(newsletter)
    const known = rendered.get(newsletter.id)
    if (known?.as === as) return known.hash
    const hash = await storeConfirmation(deps, newsletter)
    rendered.set(newsletter.id, { as, hash })
    return hash
  }
}

async function storeConfirmation(deps: ConfirmationDeps, newsletter: Newsletter): Promise<string> {
  const template = await deps.template(TEMPLATE)
  const edition = await renderEdition({
    template,
    props: singleProps(newsletter, template),
    headers: (slots) => listHeaders(newsletter, deps.publicUrl, slots.url('one_click')),
    locale: newsletter.locale,
  })
  await deps.store.editions.put(edition)
  return edition.hash
}
