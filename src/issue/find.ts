import { notFound } from '../error.ts'
import type { IssueId } from '../id.ts'
import type { Store } from '../store/store.ts'
import type { Issue } from './issue.ts'

/** @throws AppError `not_found` */
export async function findIssue(issues: Pick<Store['issues'], 'get'>, id: IssueId): Promise<Issue> {
  const issue = await issues.get(id)
  if (!issue) throw notFound('issue', id)
  return issue
}
