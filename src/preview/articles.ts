import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, resolve, sep } from 'node:path'
import { ARTICLE_EXTENSIONS, type ReadArticle, readArticle } from '../article/read.ts'
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

/** @throws AppError `not_found`, or what `readArticle` finds wrong */
export async function articleNamed(name: string, folders: readonly string[]): Promise<ReadArticle> {
  const path = (await articleFiles(folders)).get(name)
  if (path === undefined) throw notFound('article file', name)
  return readArticle({ bytes: await readFile(path), name })
}
