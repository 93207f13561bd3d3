import type { Path } from './check.ts'
import { isRecord } from './fields.ts'
import { isNear } from './keys.ts'
import { pageDate } from './page-date.ts'

/** Something of a front matter that was left out or guessed, where the author wrote it. */
export type Remark = { readonly path: Path; readonly message: string }

/** Fields with our names only, and under which key each was written. */
export type AdoptedFields = {
  readonly fields: Readonly<Record<string, unknown>>
  readonly written: ReadonlyMap<string, string>
  readonly remarks: readonly Remark[]
}

/**
 * Takes over the front matter that is written for site generators (Jekyll, Hugo, Eleventy, Astro, Ghost, …): what has
 * a meaning for an article gets our name, unless the field of that name is there too; what is for a site only is left
 * out, with a remark. Keys of `ours`, and keys that look like one of them misspelt, stay as they are.
 */
export function adoptForeignKeys(source: Readonly<Record<string, unknown>>, ours: readonly string[]): AdoptedFields {
  const adoption: Adoption = { fields: {}, written: new Map(), remarks: [] }
  const foreign = Object.entries(source).filter(([key]) => isForeign(key, ours))
  for (const [key, value] of Object.entries(source)) {
    if (!foreign.some(([other]) => other === key)) adoption.fields[key] = value
  }
  loosen(adoption)
  for (const [ours, names] of Object.entries(MEANINGS)) adopt(adoption, ours, names, foreign)
  completePicture(adoption, source)
  sayDraft(adoption, source)
  sayLeftOut(adoption, foreign)
  return adoption
}

type Adoption = {
  readonly fields: Record<string, unknown>
  readonly written: Map<string, string>
  readonly remarks: Remark[]
}
type Field = readonly [key: string, value: unknown]

/** Keys of ours, in forms that other programs give them. */
function loosen({ fields, written, remarks }: Adoption): void {
  if (fields.hero === false) delete fields.hero
  for (const key of ['date', 'publishedAt', 'updatedAt']) {
    const { [key]: value } = fields
    fields[key] = looseDate(value)
    if (fields[key] === undefined) delete fields[key]
    if (typeof value === 'string' && LOCAL_TIME.test(value.trim())) {
      remarks.push({ path: [key], message: 'it names no offset such as +02:00; taken for UTC' })
    }
  }
  const { author } = fields
  if (typeof author === 'string' || !isSaid(author) || isSaid(fields.byline)) return
  const adopted = bylineOf(author)
  if ('remark' in adopted) return
  delete fields.author
  fields.byline = adopted.value
  written.set('byline', 'author')
}

/** The keys of other programs that are most often meant by one misspelt. */
export const COMMON_KEYS = ['title', 'description', 'excerpt', 'authors', 'image'] as const

/** What other programs call our fields, in the order of preference; compared without case, `-` and `_`. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  headline: ['title'],
  dek: [
    ...['description', 'excerpt', 'customexcerpt', 'summary', 'subtitle', 'standfirst', 'deck', 'lede', 'lead'],
    'abstract',
  ],
  publishedAt: ['pubdate', 'publishdate', 'publisheddate', 'datepublished', 'published', 'publishedat', 'created'],
  updatedAt: [
    'lastmod',
    'lastmodifiedat',
    'lastmodified',
    'datemodified',
    'modified',
    'updated',
    'updatedat',
    'updateddate',
  ],
  byline: ['authors', 'writer', 'creator'],
  hero: [
    ...['image', 'featuredimage', 'featureimage', 'coverimage', 'cover', 'heroimage', 'banner', 'thumbnail'],
    ...['teaser', 'ogimage', 'socialimage', 'header'],
  ],
  lang: ['language', 'locale'],
  url: ['canonicalurl', 'canonical'],
}
const FOR_PICTURES = ['alt', 'caption', 'credit']
/** Keys for sites that look like one of ours misspelt. */
const FOR_SITES = new Set([
  ...['tags', 'tag', 'category', 'categories', 'keywords', 'topics', 'series', 'layout', 'template', 'type', 'draft'],
  ...['slug', 'permalink', 'aliases', 'redirectfrom', 'redirects', 'weight', 'order', 'toc', 'menu', 'nav', 'sitemap'],
  ...['comments', 'featured', 'pinned', 'sticky', 'hidden', 'hide', 'math', 'head', 'id', 'uuid', 'seo', 'robots'],
  ...[
    'visibility',
    'status',
    'params',
    'outputs',
    'cascade',
    'collection',
    'eleventynavigation',
    'pagination',
    'email',
  ],
  ...['link', 'links', 'name', 'logo', 'icon', 'color', 'theme', 'version'],
])

function isForeign(key: string, ours: readonly string[]): boolean {
  if (ours.includes(key)) return false
  if (meaningOf(key) !== undefined || isPictureKey(key) || FOR_SITES.has(plain(key))) return true
  return !isNear(key, [...ours, ...COMMON_KEYS])
}

function meaningOf(key: string): string | undefined {
  return Object.entries(MEANINGS).find(([, names]) => names.includes(plain(key)))?.[0]
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[-_ ]/g, '')
}

function adopt(
  { fields, written, remarks }: Adoption,
  ours: string,
  names: readonly string[],
  foreign: readonly Field[],
) {
  const found = names.flatMap((name) => foreign.filter(([key, value]) => plain(key) === name && isSaid(value)))
  for (const [key, value] of found) {
    const adopted = READERS[ours]?.(value) ?? { value }
    if (ours in fields && isSaid(fields[ours])) {
      if (!isSame(fields[ours], adopted)) remarks.push({ path: [key], message: `left out: ${ours} is given already` })
    } else if ('remark' in adopted) remarks.push({ path: [key], message: adopted.remark })
    else {
      fields[ours] = adopted.value
      written.set(ours, key)
    }
  }
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && typeof value !== 'boolean'
}

function isSame(value: unknown, adopted: Adopted): boolean {
  return 'value' in adopted && JSON.stringify(value) === JSON.stringify(adopted.value)
}

type Adopted = { readonly value: unknown } | { readonly remark: string }

/** Values that other programs write in forms of their own. */
const READERS: Readonly<Record<string, (value: unknown) => Adopted>> = {
  headline: (value) => ({ value: asText(value) }),
  dek: (value) => ({ value: asText(value) }),
  publishedAt: dateOf,
  updatedAt: dateOf,
  byline: bylineOf,
  hero: pictureOf,
}

/** A title may be a number: 1984. */
function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value
}

const LOCAL_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)$/

/** A date in a form that is not ours, or as it is. */
export function looseDate(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const [, day, time] = LOCAL_TIME.exec(value.trim()) ?? []
  if (day !== undefined) return `${day}T${time}Z`
  const slashes = value
    .trim()
    .replace(/^(\d{4})\/(\d{1,2})\/(\d{1,2})/, (_, year, month, date) =>
      [year, month.padStart(2, '0'), date.padStart(2, '0')].join('-'),
    )
  const read = pageDate(slashes)
  return read?.kind === 'date' && !/^\d{4}-\d{2}-\d{2}/.test(slashes) ? read.day : slashes
}

function dateOf(value: unknown): Adopted {
  return { value: looseDate(value) }
}

const MAX_AUTHORS = 5

/** One author, or several by their names; of an author that is described, what an article has room for. */
function bylineOf(value: unknown): Adopted {
  const all = (Array.isArray(value) ? value : [value]).slice(0, MAX_AUTHORS).flatMap(personOf)
  const [first] = all
  if (first === undefined) return { remark: 'left out: expected a name, or a list of names' }
  return { value: all.length === 1 ? first : { name: all.map(({ name }) => name).join(', ') } }
}

type Person = { readonly name: string; readonly url?: unknown; readonly bio?: unknown; readonly avatar?: unknown }

function personOf(value: unknown): Person[] {
  if (typeof value === 'string' && value.trim() !== '') return [{ name: value }]
  if (!isRecord(value) || typeof value.name !== 'string') return []
  const { name, url, link, bio, avatar } = value
  const said = Object.entries({ url: url ?? link, bio, avatar }).filter(([, part]) => typeof part === 'string')
  return [{ name, ...Object.fromEntries(said) }]
}

function pictureOf(value: unknown): Adopted {
  if (typeof value === 'string') return { value: { src: value } }
  if (Array.isArray(value)) return pictureOf(value[0])
  if (!isRecord(value)) return { remark: 'left out: expected the address of a picture' }
  const src = [value.src, value.url, value.image, value.path, value.file, value.teaser].find(
    (one) => typeof one === 'string',
  )
  if (src === undefined) return { remark: 'left out: expected the address of a picture' }
  const said = FOR_PICTURES.flatMap((key) => (typeof value[key] === 'string' ? [[key, value[key]]] : []))
  return { value: { src, ...Object.fromEntries(said) } }
}

const PICTURE_KEY = /^(?:(?:feature|featured|cover|hero|teaser)?image|cover|hero|thumbnail)(alt|caption|credit)$/

function isPictureKey(key: string): boolean {
  return PICTURE_KEY.test(plain(key))
}

/** Ghost and others write what belongs to a picture beside it: `feature_image_alt`. */
function completePicture({ fields, written }: Adoption, source: Readonly<Record<string, unknown>>): void {
  const { hero } = fields
  if (!isRecord(hero) || !written.has('hero')) return
  for (const [key, value] of Object.entries(source)) {
    const part = PICTURE_KEY.exec(plain(key))?.[1]
    if (part !== undefined && hero[part] === undefined && typeof value === 'string' && value !== '') {
      fields.hero = { ...hero, ...(isRecord(fields.hero) ? fields.hero : {}), [part]: value }
    }
  }
}

function sayDraft({ remarks }: Adoption, source: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(source)) {
    const isDraft =
      (plain(key) === 'draft' && value === true) ||
      (plain(key) === 'published' && value === false) ||
      (plain(key) === 'status' && value === 'draft')
    if (isDraft) remarks.push({ path: [key], message: 'it says that it is a draft; it is taken in all the same' })
  }
}

function sayLeftOut({ remarks }: Adoption, foreign: readonly Field[]): void {
  const without = foreign.filter(([key]) => meaningOf(key) === undefined && !isPictureKey(key)).map(([key]) => key)
  const [first] = without
  if (first === undefined) return
  const names = without.slice(0, 20).join(', ')
  remarks.push({ path: [first], message: `left out, as an article has no such fields: ${names}` })
}
