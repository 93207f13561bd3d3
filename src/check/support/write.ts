// Makes data.json of caniemail.com's data: `tsx src/check/support/write.ts <data.json of caniemail>`. It has no
// dependency on them: what mail clients can do changes a few times a year, and is looked at before it is taken over.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Caniemail = {
  readonly last_update_date: string
  readonly data: readonly {
    readonly slug: string
    readonly title: string
    readonly category: string
    /** By family, platform and version: `y`, `n`, `a` (in part) or `u`, and the numbers of notes. */
    readonly stats: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>
  }[]
}

const CLIENTS = {
  'Gmail on the web': ['gmail', 'desktop-webmail'],
  'Gmail on iOS': ['gmail', 'ios'],
  'Gmail on Android': ['gmail', 'android'],
  'Gmail in a phone’s browser': ['gmail', 'mobile-webmail'],
  'Outlook on Windows': ['outlook', 'windows'],
  'Outlook on macOS': ['outlook', 'macos'],
  'Outlook.com': ['outlook', 'outlook-com'],
  'Outlook on iOS': ['outlook', 'ios'],
  'Outlook on Android': ['outlook', 'android'],
  'Apple Mail on macOS': ['apple-mail', 'macos'],
  'Apple Mail on iOS': ['apple-mail', 'ios'],
  'Yahoo on the web': ['yahoo', 'desktop-webmail'],
  'Yahoo on iOS': ['yahoo', 'ios'],
  'Yahoo on Android': ['yahoo', 'android'],
} as const

const { last_update_date, data }: Caniemail = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const features = data
  .filter(({ category }) => category !== 'others')
  .map(({ slug, title, stats }) => [slug, { title, ...lacking(stats) }] as const)
  .filter(([, { none, part }]) => none.length + part.length > 0)
  .sort(([a], [b]) => (a < b ? -1 : 1))
const lines = features.map(([slug, feature]) => `    ${JSON.stringify(slug)}: ${JSON.stringify(feature)}`)
const head = {
  source: 'https://www.caniemail.com',
  licence: 'MIT, copyright (c) 2019 HTeuMeuLeu; see LICENSE.txt',
  date: last_update_date.slice(0, 10),
  clients: Object.keys(CLIENTS),
}
writeFileSync(
  join(import.meta.dirname, 'data.json'),
  `{\n${Object.entries(head)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
    .join('')}  "features": {\n${lines.join(',\n')}\n  }\n}\n`,
)

/** The clients, by their place in the list, that have nothing of a feature, or a part. */
function lacking(stats: Caniemail['data'][number]['stats']) {
  const answers = Object.values(CLIENTS).map(([family, platform]) => newest(stats[family]?.[platform] ?? {}))
  const places = (answer: string) => answers.flatMap((one, place) => (one === answer ? [place] : []))
  return { none: places('n'), part: places('a') }
}

/** Versions are years, months or numbers with points, listed from old to new but for those that look like integers. */
function newest(versions: Readonly<Record<string, string>>): string {
  const parts = (version: string) => version.split(/[.-]/).map(Number)
  const [, answer = 'u'] =
    Object.entries(versions)
      .sort(([a], [b]) => {
        const [one, other] = [parts(a), parts(b)]
        const at = one.findIndex((part, place) => part !== other[place])
        return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
      })
      .at(-1) ?? []
  return answer.trim().charAt(0)
}
