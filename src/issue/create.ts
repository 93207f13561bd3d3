import { findNewsletter } from '../newsletter/find.ts'
import type { Store } from '../store/store.ts'
import type { Issue, NewIssue } from './issue.ts'
import { defaultLines } from './lines.ts'
import { type PartsDeps, readParts } from './parts.ts'

export type CreateIssueDeps = PartsDeps & { readonly store: Pick<Store, 'newsletters' | 'articles' | 'issues'> }

/**
 * Makes the next issue of a newsletter. Subject and preheader that are not given are the first article's headline and
 * dek.
 * @throws AppError `not_found` for the newsletter; `invalid_input` for articles and templates that do not exist
 */
export async function createIssue(deps: CreateIssueDeps, asked: NewIssue): Promise<Issue> {
  const newsletter = await findNewsletter(deps.store.newsletters, asked.newsletter)
  const lead = await readParts(deps, asked)
  const lines = defaultLines(lead)
  const { articles: articleIds, template, excerpt = null, subject = lines.subject, preheader = lines.preheader } = asked
  return deps.store.issues.create({ newsletterId: newsletter.id, subject, preheader, template, excerpt, articleIds })
}
