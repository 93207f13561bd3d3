import type { Article, Block } from '../article/article.ts'
import { ASSET } from '../article/pictures.ts'

/** The kinds of pictures that are kept, by the extension of their names. */
export const ASSET_TYPES = { png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' } as const

export type AssetExtension = keyof typeof ASSET_TYPES

/** The most bytes of a picture that are taken. */
export const MAX_ASSET_BYTES = 5 * 1024 * 1024
/** From how many bytes on a picture is too heavy for a phone on the road; it is taken with a warning. */
export const HEAVY_ASSET_BYTES = 1024 * 1024

/** A picture that is kept: served as it came, under the sha256 of its bytes. */
export type Asset = {
  /** `<sha256>.<extension>` */
  readonly name: string
  /** What stands for it in articles and newsletters, wherever the installation is reached: `asset:<name>`. */
  readonly src: string
  readonly width: number
  readonly height: number
  readonly bytes: number
  readonly warnings: readonly string[]
}

/** Whether a name is one that an asset can have. */
export function isAssetName(name: string): boolean {
  return ASSET.test(`asset:${name}`)
}

/** Where readers find a picture: an asset under `publicUrl` (without a slash at its end), any other where it was. */
export function assetUrl(src: string, publicUrl: string): string {
  return ASSET.test(src) ? `${publicUrl}/assets/${src.slice('asset:'.length)}` : src
}

/** The article with its pictures where readers find them. */
export function withAssetUrls(article: Article, publicUrl: string): Article {
  const { byline, hero, blocks, notes } = article
  return {
    ...article,
    byline: byline.avatar === undefined ? byline : { ...byline, avatar: assetUrl(byline.avatar, publicUrl) },
    ...(hero === undefined ? {} : { hero: { ...hero, src: assetUrl(hero.src, publicUrl) } }),
    blocks: placed(blocks, publicUrl),
    ...(notes === undefined ? {} : { notes: notes.map((note) => placed(note, publicUrl)) }),
  }
}

function placed(blocks: readonly Block[], publicUrl: string): readonly Block[] {
  return blocks.map((block) => {
    if (block.type === 'image') return { ...block, src: assetUrl(block.src, publicUrl) }
    return block.type === 'list' ? { ...block, items: block.items.map((item) => placed(item, publicUrl)) } : block
  })
}
