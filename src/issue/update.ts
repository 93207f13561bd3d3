import { notFound } from '../error.ts'
import type { IssueId, SendId } from '../id.ts'
import type { Store } from '../store/store.ts'
import { findIssue } from './find.ts'
import type { Issue, IssueChanges } from './issue.ts'
import { type PartsDeps, readParts } from './parts.ts'

export type UpdateIssueDeps = PartsDeps & { readonly store: Pick<Store, 'articles' | 'issues' | 'sends'> }

/** An issue after a change, and the scheduled send that goes out without the change unless it is refreshed. */
export type UpdatedIssue = { readonly issue: Issue; readonly scheduledSend: SendId | null }

/**
 * Changes an issue. A send that is scheduled keeps the editions it was scheduled with.
 * @throws AppError `not_found`; `invalid_input` for articles and templates that do not exist
 */
export async function updateIssue(deps: UpdateIssueDeps, id: IssueId, changes: IssueChanges): Promise<UpdatedIssue> {
  const { articleIds, template } = await findIssue(deps.store.issues, id)
  if (changes.articles || changes.template !== undefined) {
    await readParts(deps, { articles: changes.articles ?? articleIds, template: changes.template ?? template })
  }
  const issue = await deps.store.issues.update(id, changes)
  if (!issue) throw notFound('issue', id)
  const scheduled = await deps.store.sends.scheduledFor(id)
  return { issue, scheduledSend: scheduled?.id ?? null }
}
