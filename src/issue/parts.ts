import type { Article } from '../article/article.ts'
import type { LoadedTemplate } from '../edition/templates.ts'
import { AppError, type Problem } from '../error.ts'
import type { ArticleId } from '../id.ts'
import type { Store } from '../store/store.ts'

export type PartsDeps = {
  readonly store: Pick<Store, 'articles'>
  readonly template: (name: string) => Promise<LoadedTemplate>
}

/** What an issue is put together from. */
export type Parts = { readonly articles: readonly ArticleId[]; readonly template: string }

/**
 * Checks that the parts of an issue exist and fit; gives its first article.
 * @throws AppError `invalid_input` with everything that is wrong
 */
export async function readParts(deps: PartsDeps, { articles, template }: Parts): Promise<Article> {
  const [stored, templateProblems] = await Promise.all([
    deps.store.articles.getMany(articles),
    checkTemplate(deps, template),
  ])
  const known = new Map(stored.map((one) => [one.id, one.article]))
  const problems = [
    ...articles.flatMap((id, place) =>
      known.has(id) ? [] : [problem(`#/articles/${place}`, `there is no article ${id}`)],
    ),
    ...articles.flatMap((id, place) =>
      articles.indexOf(id) === place ? [] : [problem(`#/articles/${place}`, `article ${id} is in the issue already`)],
    ),
    ...templateProblems,
  ]
  const [lead] = stored
  if (problems.length > 0 || !lead) {
    throw new AppError('invalid_input', 'The issue cannot be put together like that.', { problems })
  }
  return lead.article
}

async function checkTemplate({ template }: PartsDeps, name: string): Promise<readonly Problem[]> {
  try {
    const { kind } = await template(name)
    return kind === 'issue'
      ? []
      : [problem('#/template', `the template ${name} is for mail to one reader, not for issues`)]
  } catch (error) {
    if (error instanceof AppError) return [problem('#/template', error.message)]
    throw error
  }
}

function problem(where: string, message: string): Problem {
  return { where, message }
}
