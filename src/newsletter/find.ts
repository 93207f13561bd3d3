import { AppError } from '../error.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { Newsletter } from './newsletter.ts'

/** The newsletter with that slug or id. @throws AppError `not_found` */
export async function findNewsletter(
  newsletters: Pick<NewsletterStore, 'find'>,
  slugOrId: string,
): Promise<Newsletter> {
  const newsletter = await newsletters.find(slugOrId)
  if (newsletter) return newsletter
  throw new AppError('not_found', `There is no newsletter ${JSON.stringify(slugOrId.slice(0, 64))}.`)
}
