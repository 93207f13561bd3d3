import { posix } from 'node:path'
import { hrefOf, isHttps } from './clean.ts'

/** A picture file that is at hand: where an article finds it from now on, and its size in pixels. */
export type PictureFile = { readonly src: string; readonly width: number; readonly height: number }

/** The picture files that come with an article, by their paths as `localPath` gives them. */
export type PictureFiles = Readonly<Record<string, PictureFile>>

/** A picture file that an article asks for, and where it does. */
export type MissingPicture = { readonly path: string; readonly where: string }

/** What became of a picture's address. */
export type FoundPicture =
  | { readonly kind: 'found'; readonly src: string; readonly width?: number; readonly height?: number }
  /** It names a file that is not at hand. */
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'refused' }

/** A picture that is kept by Pressroom: `asset:<sha256>.<extension>`. */
export const ASSET = /^asset:[0-9a-f]{64}\.(?:png|jpg|gif|webp)$/

/** Where pictures may be. */
export type PictureSources = {
  /** What relative addresses on the web are resolved against. */
  readonly base?: string | undefined
  /** The files at hand; undefined: the article came without any. */
  readonly pictures?: PictureFiles | undefined
  /** To find out which files an article would take: all that could be one are missing, rather than on the web. */
  readonly seeksFiles?: boolean | undefined
}

/** Where a picture is: among the files at hand, on the web (resolved against `base`), or nowhere that is allowed. */
export function findPicture(
  address: string,
  { base, pictures = {}, seeksFiles = false }: PictureSources,
): FoundPicture {
  if (ASSET.test(address)) return { kind: 'found', src: address }
  const path = localPath(address)
  const file = path !== undefined && Object.hasOwn(pictures, path) ? pictures[path] : undefined
  if (file !== undefined) return { kind: 'found', ...file }
  const src = isTemplateExpression(address)
    ? null
    : hrefOf(address, path !== undefined && seeksFiles ? undefined : base)
  if (isHttps(src)) return { kind: 'found', src }
  return path === undefined ? { kind: 'refused' } : { kind: 'missing', path }
}

/** Why a picture is left out. */
export function noPicture({ kind }: FoundPicture): string {
  return kind === 'missing' ? 'a file that did not come with the article' : 'not an https address'
}

/** The path of a file beside the article, when an address is one: relative, decoded, without a query. */
export function localPath(address: string): string | undefined {
  const [path = ''] = address.split(/[?#]/, 1)
  if (path === '' || /^(?:[a-z][a-z0-9+.-]*:|\/|\\)/i.test(path) || isTemplateExpression(address)) return undefined
  try {
    return posix.normalize(decodeURIComponent(path))
  } catch {
    return undefined
  }
}

/** Whether an address holds what a site generator would have filled in: `{{ … }}` or `{% … %}`. */
export function isTemplateExpression(address: string): boolean {
  return /\{\{|\{%|%7b%7b|%7b%25/i.test(address)
}
