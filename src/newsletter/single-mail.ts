import { singleHeaders } from '../edition/headers.ts'
import { mailLocale } from '../edition/languages.ts'
import { singleProps } from '../edition/props.ts'
import { renderEdition } from '../edition/render.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import type { Store } from '../store/store.ts'
import { brandingInMail } from './branding.ts'
import type { Newsletter } from './newsletter.ts'

export type SingleMailDeps = {
  readonly store: Pick<Store, 'editions'>
  readonly template: (name: string) => Promise<LoadedTemplate>
  /** Without a slash at the end; its host names the sender to Gmail. */
  readonly publicUrl: string
}

/** The mails that a reader gets for something they did, by the names of their templates. */
export type SingleTemplate = 'confirm-subscription' | 'welcome' | 'goodbye'

/** Gives the hash of such a mail of a newsletter, stored, for a reader of that locale; null: the newsletter's. */
export type SingleEdition = (template: SingleTemplate, newsletter: Newsletter, locale: string | null) => Promise<string>

/** Mails to single readers, each rendered once a process and language, and again when its newsletter has changed. */
export function createSingleEditions(deps: SingleMailDeps): SingleEdition {
  const rendered = new Map<string, { readonly as: string; readonly hash: Promise<string> }>()
  return (template, newsletter, wanted) => {
    const locale = mailLocale(wanted, newsletter.locale)
    const key = `${template} ${newsletter.id} ${locale}`
    const as = JSON.stringify(newsletter)
    const known = rendered.get(key)
    if (known?.as === as) return known.hash
    const rendering = { as, hash: storeEdition(deps, template, newsletter, locale) }
    rendered.set(key, rendering)
    rendering.hash.catch(() => rendered.get(key) === rendering && rendered.delete(key))
    return rendering.hash
  }
}

async function storeEdition(
  deps: SingleMailDeps,
  name: SingleTemplate,
  newsletter: Newsletter,
  locale: string,
): Promise<string> {
  const { publicUrl } = deps
  const template = await deps.template(name)
  const facts = { ...newsletter, branding: brandingInMail(newsletter.branding, publicUrl), locale }
  const edition = await renderEdition({
    template,
    props: singleProps(facts),
    headers: () => singleHeaders({ newsletter: newsletter.slug, publicUrl, template: name }),
    locale,
  })
  await deps.store.editions.put(edition)
  return edition.hash
}
