import { AppError } from '../error.ts'
import type { NewsletterStore } from '../store/store.ts'
import type { NewNewsletter, Newsletter } from './newsletter.ts'

/** Makes a newsletter. @throws AppError `conflict` when the slug is taken */
export async function createNewsletter(
  newsletters: Pick<NewsletterStore, 'create'>,
  asked: NewNewsletter,
): Promise<Newsletter> {
  const newsletter = await newsletters.create(asked)
  if (newsletter) return newsletter
  throw new AppError('conflict', `There is a newsletter ${asked.slug} already. Choose another slug.`)
}
