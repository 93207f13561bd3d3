import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, relative } from 'node:path'
import { invalidArticle } from '../article/check.ts'
import type { MissingPicture, PictureFile } from '../article/pictures.ts'
import { type ArticleSource, type ReadArticle, readArticle } from '../article/read.ts'
import { AppError, type Problem } from '../error.ts'
import { ASSET_TYPES, type AssetExtension } from './asset.ts'
import { type CheckedPicture, checkPicture } from './keep.ts'

/** A picture file that an article asks for. */
export type PictureBeside = CheckedPicture & { readonly path: string; readonly type: string }

/**
 * The picture files that the article in `source` asks for, by the paths it calls them by, seen from `folder`; those that
 * are not there are left out. They must lie in `within` (default: that folder) or below. What else is wrong with the
 * article is not said here.
 * @throws AppError `invalid_input` with everything that is wrong with the files, by the article's lines
 */
export async function picturesBeside(
  source: ArticleSource,
  folder: string,
  within = folder,
): Promise<ReadonlyMap<string, PictureBeside>> {
  const wanted: MissingPicture[] = []
  await readArticle({ ...source, wanted }).catch(ignoreRefusal)
  const found = new Map<string, PictureBeside>()
  const problems: Problem[] = []
  for (const { path, where } of wanted) {
    const file = join(folder, path)
    try {
      if (found.has(path)) continue
      if (!(await liesIn(within, file))) {
        problems.push({
          where,
          message: `expected a picture in the folder ${basename(within)} or below, found ${path}`,
        })
        continue
      }
      const picture = checkPicture(await readFile(file), path)
      found.set(path, { ...picture, path: file, type: ASSET_TYPES[extname(picture.name).slice(1) as AssetExtension] })
    } catch (error) {
      if (error instanceof AppError) problems.push({ where, message: error.message.replace(/\.$/, '') })
      else if (!isAbsent(error)) throw error
    }
  }
  if (problems.length > 0) throw invalidArticle(problems, source.name)
  return found
}

/** An article that was read from a file, and the pictures beside it that it shows, by the names of their assets. */
export type ArticleFile = ReadArticle & { readonly pictures: ReadonlyMap<string, PictureBeside> }

/**
 * Reads an article and the pictures beside it, as an import does, and keeps nothing.
 * @throws AppError `invalid_input` with everything that is wrong, a picture that is not there included
 */
export async function readArticleFile(
  file: string,
  { lang, name = basename(file) }: { readonly lang?: string | undefined; readonly name?: string | undefined } = {},
): Promise<ArticleFile> {
  const source = { bytes: await readFile(file), name, lang }
  const beside = await picturesBeside(source, dirname(file))
  const read = await readArticle({ ...source, pictures: pictureFiles(beside) })
  const heavy = [...beside.values()].flatMap(({ warnings }) => warnings)
  return {
    article: read.article,
    warnings: [...read.warnings, ...heavy.map((message) => ({ where: 'pictures', message }))],
    pictures: new Map([...beside.values()].map((picture) => [picture.name, picture])),
  }
}

/** What an article needs to know of the pictures that came with it. */
export function pictureFiles(
  pictures: ReadonlyMap<string, Pick<CheckedPicture, 'src' | 'width' | 'height'>>,
): Readonly<Record<string, PictureFile>> {
  const files = [...pictures].map(([path, { src, width, height }]) => [path, { src, width, height }] as const)
  return Object.fromEntries(files)
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof AppError)) throw error
}

/** Whether a file lies in a folder, links followed: an article from elsewhere must not name any file of the machine. */
async function liesIn(folder: string, file: string): Promise<boolean> {
  const inside = relative(await realpath(folder), await realpath(file))
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code))
}
