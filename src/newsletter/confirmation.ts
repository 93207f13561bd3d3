import { singleHeaders } from '../edition/headers.ts'
import { mailLocale } from '../edition/languages.ts'
import { singleProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import type { Store } from '../store/store.ts'
import { brandingInMail } from './branding.ts'
import type { Newsletter } from './newsletter.ts'

export type ConfirmationDeps = {
  readonly store: Pick<Store, 'editions'>
  readonly template: (name: string) => Promise<LoadedTemplate>
  /** Without a slash at the end; its host names the sender to Gmail. */
  readonly publicUrl: string
}

const TEMPLATE = 'confirm-subscription'

/** Gives the hash of a newsletter's confirmation mail, stored, for a reader of that locale; null: the newsletter's. */
export type ConfirmationEdition = (newsletter: Newsletter, locale: string | null) => Promise<string>

/** Confirmation mails, each rendered once a process and language, and again when its newsletter has changed. */
export function createConfirmations(deps: ConfirmationDeps): ConfirmationEdition {
  const rendered = new Map<string, { readonly as: string; readonly hash: string }>()
  return async (newsletter, wanted) => {
    const locale = mailLocale(wanted, newsletter.locale)
    const key = `${newsletter.id} ${locale}`
    const as = JSON.stringify(newsletter)
    const known = rendered.get(key)
    if (known?.as === as) return known.hash
    const hash = await storeConfirmation(deps, newsletter, locale)
    rendered.set(key, { as, hash })
    return hash
  }
}

async function storeConfirmation(deps: ConfirmationDeps, newsletter: Newsletter, locale: string): Promise<string> {
  const { publicUrl } = deps
  const template = await deps.template(TEMPLATE)
  const facts = { ...newsletter, branding: brandingInMail(newsletter.branding, publicUrl), locale }
  const edition = await renderEdition({
    template,
    props: singleProps(facts),
    headers: () => singleHeaders({ newsletter: newsletter.slug, publicUrl, template: TEMPLATE }),
    locale,
  })
  await deps.store.editions.put(edition)
  return edition.hash
}
