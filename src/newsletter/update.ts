import { notFound } from '../error.ts'
import type { NewsletterStore } from '../store/store.ts'
import { findNewsletter } from './find.ts'
import type { Newsletter, NewsletterChanges } from './newsletter.ts'

/** Changes a newsletter by slug or id; scheduled sends keep what they were rendered with. @throws AppError `not_found` */
export async function updateNewsletter(
  newsletters: Pick<NewsletterStore, 'find' | 'update'>,
  slugOrId: string,
  changes: NewsletterChanges,
): Promise<Newsletter> {
  const { id } = await findNewsletter(newsletters, slugOrId)
  const changed = await newsletters.update(id, changes)
  if (!changed) throw notFound('newsletter', id)
  return changed
}
