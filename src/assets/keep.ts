import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Article } from '../article/article.ts'
import type { PictureFiles } from '../article/pictures.ts'
import { AppError } from '../error.ts'
import { type Asset, HEAVY_ASSET_BYTES, MAX_ASSET_BYTES } from './asset.ts'
import { sniffPicture } from './picture.ts'

/** A picture that can be kept. */
export type CheckedPicture = Asset & { readonly content: Uint8Array }

/**
 * Looks at a picture that is to be mailed. `name` is what messages call it.
 * @throws AppError `too_large` above 5 MB, `invalid_input` when it is no PNG, JPEG, GIF or WebP
 */
export function checkPicture(content: Uint8Array, name = 'The picture'): CheckedPicture {
  const bytes = content.byteLength
  if (bytes > MAX_ASSET_BYTES) {
    throw new AppError('too_large', `${name} has ${megabytes(bytes)}; 5 MB is the most that is taken. Make it smaller.`)
  }
  const sniffed = sniffPicture(content)
  if (sniffed.kind === 'refused') throw new AppError('invalid_input', `${name} cannot be taken: ${sniffed.reason}.`)
  const { extension, width, height } = sniffed
  const asset = `${createHash('sha256').update(content).digest('hex')}.${extension}`
  const warnings = [
    ...(bytes > HEAVY_ASSET_BYTES ? [`${name} has ${megabytes(bytes)}; keep pictures in mail under 1 MB.`] : []),
    ...(extension === 'webp' ? [`${name} is a WebP, which Outlook on Windows does not show; JPEG and PNG are.`] : []),
  ]
  return { name: asset, src: `asset:${asset}`, width, height, bytes, warnings, content }
}

/** Writes a picture to `dir`, unless it is there: whole or not at all, and for nobody to execute. */
export async function keepAsset(dir: string, { content, ...asset }: CheckedPicture): Promise<Asset> {
  const path = join(dir, asset.name)
  const known = await stat(path).catch(() => undefined)
  if (known?.size === asset.bytes) return asset
  await mkdir(dir, { recursive: true })
  const partial = join(dir, `.${randomUUID()}.partial`)
  await writeFile(partial, content, { mode: 0o644 })
  await rename(partial, path)
  return asset
}

/**
 * Checks that the pictures which an article names as assets are kept, or among the `files` that came with it.
 * @throws AppError `invalid_input` with those that are not
 */
export async function requireAssets(article: Article, dir: string, files: PictureFiles = {}): Promise<void> {
  const named = new Set(JSON.stringify(article).match(/(?<=")asset:[0-9a-f]{64}\.[a-z]+(?=")/g))
  for (const { src } of Object.values(files)) named.delete(src)
  const known = await Promise.all([...named].map((src) => exists(join(dir, src.slice('asset:'.length)))))
  const missing = [...named].filter((_, index) => !known[index])
  if (missing.length === 0) return
  throw new AppError('invalid_input', 'The article shows pictures that are not kept here. Upload them first.', {
    problems: missing.map((src) => ({ where: src, message: 'there is no such asset' })),
  })
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

/** Where an installation keeps its pictures. */
export function assetsDir(dataDir: string): string {
  return join(dataDir, 'assets')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
