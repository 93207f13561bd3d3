import { z } from 'zod'
import type { Article } from '../article/article.ts'
import type { ArticleId, IssueId, NewsletterId } from '../id.ts'
import { singleLine } from '../text.ts'

/** An article as it is kept. */
export type StoredArticle = {
  readonly id: ArticleId
  readonly article: Article
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One number of a newsletter. */
export type Issue = {
  readonly id: IssueId
  readonly newsletterId: NewsletterId
  /** Counts up from 1 within its newsletter. */
  readonly number: number
  /** May hold slots: `{{first_name|there}}`. */
  readonly subject: string
  readonly preheader: string
  /** A template's name. */
  readonly template: string
  /** How much of an article the mail shows; null: as its template does. */
  readonly excerpt: 'full' | 'excerpt' | null
  /** In the order in which they appear. */
  readonly articleIds: readonly ArticleId[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const articleIds = z
  .array(z.uuid().transform((id) => id as ArticleId))
  .min(1, 'expected at least one article')
  .max(50)

const excerpt = z
  .enum(['full', 'excerpt'])
  .nullable()
  .describe('Whether the mail shows whole articles or their beginnings; null: as the template does.')

/** What an issue is made of. Subject and preheader default to the first article's headline and dek. */
export const newIssueSchema = z.strictObject({
  newsletter: z.string().describe('Slug or id of the newsletter.'),
  articles: articleIds,
  subject: singleLine(250).optional(),
  preheader: singleLine(250).optional(),
  template: singleLine(100).default('article'),
  excerpt: excerpt.optional(),
})

export type NewIssue = z.output<typeof newIssueSchema>

/** What may be changed while nothing has gone out; a scheduled send keeps its editions until it is refreshed. */
export const issueChangesSchema = z
  .strictObject({
    articles: articleIds,
    subject: singleLine(250),
    preheader: singleLine(250),
    template: singleLine(100),
    excerpt,
  })
  .partial()

export type IssueChanges = z.output<typeof issueChangesSchema>
