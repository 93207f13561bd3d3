/** Every key that an Article or an object in it may have. */
export const ARTICLE_KEYS = [
  ...[
    'url',
    'headline',
    'dek',
    'kicker',
    'dateline',
    'publishedAt',
    'updatedAt',
    'lang',
    'dir',
    'byline',
    'perspective',
  ],
  ...['audio', 'hero', 'blocks', 'related', 'name', 'bio', 'avatar', 'isAI', 'text', 'durationSeconds', 'src', 'alt'],
  ...[
    'caption',
    'credit',
    'width',
    'height',
    'type',
    'content',
    'level',
    'paragraphs',
    'attribution',
    'ordered',
    'start',
  ],
  ...['items', 'head', 'rows', 'align', 'language', 'href', 'children', 'notes', 'number'],
] as const

// What other programs call the same thing.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  title: 'headline',
  subtitle: 'dek',
  description: 'dek',
  excerpt: 'dek',
  summary: 'dek',
  standfirst: 'dek',
  authors: 'byline',
  writer: 'byline',
  published: 'publishedAt',
  datepublished: 'publishedAt',
  datemodified: 'updatedAt',
  modified: 'updatedAt',
  language: 'lang',
  image: 'hero',
  cover: 'hero',
  link: 'url',
  canonical: 'url',
  prompt: 'perspective',
  content: 'body',
  markdown: 'body',
}

/** Says that a key is not known and, where one is close, which of `known` was probably meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  const meant = likeliest(key, known)
  return meant ? `unknown key; did you mean ${meant}?` : 'unknown key'
}

/** Whether a key is one of `known`, or so close to one that it is probably misspelt. */
export function isNear(key: string, known: readonly string[]): boolean {
  return known.includes(key) || likeliest(key, known) !== undefined
}

function likeliest(key: string, known: readonly string[]): string | undefined {
  if (key.length > 40) return undefined
  const plain = (name: string) => name.toLowerCase().replace(/[-_ ]/g, '')
  const other = OTHER_NAMES[plain(key)]
  if (other && known.includes(other)) return other
  const ranked = known
    .map((name) => ({ name, distance: editDistance(plain(key), plain(name)) }))
    .filter(({ name, distance }) => distance <= Math.min(2, Math.ceil(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/** Levenshtein distance, a row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
