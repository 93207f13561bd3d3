import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { extname, join, relative, resolve, sep } from 'node:path'
import { ARTICLE_EXTENSIONS } from '../article/read.ts'
import { type ArticleFile, readArticleFile } from '../assets/beside.ts'
import { PACKAGE_ROOT } from '../edition/bundle.ts'
import { notFound } from '../error.ts'

/** The examples that come with Pressroom, and the user's folder; those that do not exist are left out. */
export function articleFolders(articlesDir: string | undefined): readonly string[] {
  const folders = [
    join(PACKAGE_ROOT, 'examples', 'articles'),
    ...(articlesDir === undefined ? [] : [resolve(articlesDir)]),
  ]
  return [...new Set(folders)].filter((folder) => existsSync(folder))
}

/** The articles in `folders`: their paths by the names they are chosen by. */
export async function articleFiles(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      const name = relative(folder, path).split(sep).join('/')
      const isArticle =
        entry.isFile() && extname(name).toLowerCase() in ARTICLE_EXTENSIONS && entry.name !== 'README.md'
      if (isArticle) files.set(name, path)
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** An article with the pictures beside it. @throws AppError `not_found`, or what `readArticleFile` finds wrong */
export async function articleNamed(name: string, folders: readonly string[]): Promise<ArticleFile> {
  const path = (await articleFiles(folders)).get(name)
  if (path === undefined) throw notFound('article file', name)
  return readArticleFile(path, { name })
}
