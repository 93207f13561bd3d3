import type { Edition } from '../edition/edition.ts'
import { otherLanguages } from '../edition/languages.ts'
import type { Newsletter } from '../newsletter/newsletter.ts'
import type { SendStore } from '../store/store.ts'
import type { Issue } from './issue.ts'
import { openIssue, type RenderIssueDeps } from './render.ts'

/** An edition and whom it is for. `locale` null: everybody whom no other variant fits. */
export type RenderedVariant = { readonly variant: string; readonly locale: string | null; readonly edition: Edition }

export type VariantDeps = Omit<RenderIssueDeps, 'store'> & {
  readonly store: RenderIssueDeps['store'] & { readonly sends: Pick<SendStore, 'languagesOf'> }
}

/**
 * An issue as all readers of its newsletter get it: one edition in the newsletter's language, for whoever has no other,
 * and one for each other that its readers have.
 * @throws AppError as `renderIssue` does
 */
export async function renderVariants(
  deps: VariantDeps,
  issue: Issue,
  { id, locale }: Newsletter,
  date: Date,
): Promise<readonly RenderedVariant[]> {
  const others = await deps.store.sends.languagesOf(id, otherLanguages(locale))
  const render = await openIssue(deps, issue, date)
  const main = async () => ({ variant: 'main', locale: null, edition: await render(locale) })
  const other = async (language: string) => ({ variant: language, locale: language, edition: await render(language) })
  return Promise.all([main(), ...others.map(other)])
}
