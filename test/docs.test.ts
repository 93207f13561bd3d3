import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../src/cli/commands.ts'
import { createProgram } from '../src/cli/program.ts'
import { openTerminal } from './cli/terminal.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8')
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

describe('the README', () => {
  test('has at most 150 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  test.each(['npm ci && npm run demo', 'npm ci && npm test'])('says `%s` on a line of its own', (command) => {
    expect(read('README.md').split('\n')).toContain(command)
  })
})

describe('a decision', () => {
  test('has at most 40 lines, and says context, decision and consequences', () => {
    const wrong = PAGES.filter((page) => page.startsWith(join('docs', 'decisions'))).filter((page) => {
      const parts = [...read(page).matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part)
      return read(page).split('\n').length > 41 || parts.join() !== 'Context,Decision,Consequences'
    })
    expect(wrong).toEqual([])
  })
})

describe('docs/guarantees.md', () => {
  test('names tests by titles that they have', () => {
    const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'docs.test.ts')
      .map((name) => read(join('test', name)))
      .join('\n')
    // A title that holds a number or a name is shortened with "…".
    const titles = matches(read('docs/guarantees.md').replaceAll(/\n */g, ' '), /"([^"]+)"/g)
    const parts = titles.flatMap((title) => title.split(/ ?… ?/).filter((part) => part !== ''))
    expect(titles.length).toBeGreaterThan(15)
    expect(parts.filter((part) => !tests.includes(part))).toEqual([])
  })
})

describe('no page', () => {
  test('links to what is not there', () => {
    expect(onEveryPage((page) => linksOf(page).filter((link) => !resolves(page, link)))).toEqual([])
  })

  test('names a file that does not exist', () => {
    const path = /`((?:src|emails|worker|test|migrations|docs|bench|examples|bin)\/[\w./-]*)`/g
    expect(onEveryPage((page) => matches(read(page), path).filter((name) => !existsSync(join(ROOT, name))))).toEqual([])
  })

  test('runs a script that package.json does not have', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
    const script = /npm run (?:-s )?([a-z][a-z:-]*)/g
    expect(onEveryPage((page) => matches(read(page), script).filter((name) => !(name in scripts)))).toEqual([])
  })

  test('names a setting that docs/configuration.md does not explain', () => {
    const known = new Set([...matches(read('docs/configuration.md'), /`([A-Z][A-Z_]+)`/g), ...NOT_SETTINGS])
    const setting = /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g
    expect(onEveryPage((page) => matches(codeOf(page), setting).filter((name) => !known.has(name)))).toEqual([])
  })

  test('shows a command that does not exist, or one of its options', async () => {
    const { program, session } = createProgram(openTerminal().terminal)
    for (const entry of COMMANDS) (await entry.load())(child(program, entry.name) ?? program, session)
    expect(PAGES.flatMap(commandLines).length).toBeGreaterThan(10)
    expect(onEveryPage((page) => commandLines(page).flatMap((line) => faultsOf(line, program)))).toEqual([])
  })
})

/** What others read, and Pressroom does not. */
const NOT_SETTINGS = new Set(['NODE_ENV', 'NODE_EXTRA_CA_CERTS', 'PRESSROOM_TEST_ALL'])

/** What `faults` finds, with its page. */
function onEveryPage(faults: (page: string) => readonly string[]): readonly string[] {
  return PAGES.flatMap((page) => faults(page).map((fault) => `${page}: ${fault}`))
}

/** What the first group of `pattern` stands for, wherever it is found. */
function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, group = '']) => group)
}

/** What follows `pressroom` in code, to the end of the command. */
function commandLines(page: string): readonly string[] {
  const lines = codeOf(page).replaceAll('\\\n', ' ').split('\n')
  return lines.flatMap((line) => matches(line, /(?<![\w/'"=-])pressroom (?:-- )?([a-z][^|)]*)/g))
}

function faultsOf(line: string, program: Command): readonly string[] {
  const words = line.replaceAll(/'[^']*'|"[^"]*"|<[^>]*>/g, 'value').split(/\s+/)
  const command = words.reduce((at: Command, word) => child(at, word) ?? at, program)
  const isKnown = command !== program && (command.commands.length === 0 || !isWord(words[1]))
  if (!isKnown) return [`pressroom ${line} is no command`]
  const known = [...program.options, ...command.options].map(({ long }) => long)
  const options = words.filter((word) => word.startsWith('--') && word !== '--help').map((word) => word.split('=')[0])
  return options.filter((option) => !known.includes(option)).map((option) => `pressroom ${line} takes no ${option}`)
}

function child(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name)
}

function isWord(text: string | undefined): boolean {
  return text !== undefined && /^[a-z]/.test(text)
}

/** The text of a page's code, spans and blocks, a line each. */
function codeOf(page: string): string {
  const blocks = [...read(page).matchAll(/^[ \t]*```\w*\n([\s\S]*?)^[ \t]*```/gm)].map(([, code]) => code)
  const prose = read(page).replaceAll(/^[ \t]*```\w*\n[\s\S]*?^[ \t]*```/gm, '')
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\n', ' '))
  return [...blocks, ...spans].join('\n')
}

function linksOf(page: string): readonly string[] {
  const prose = read(page).replaceAll(/^```[\s\S]*?^```/gm, '')
  const links = [...matches(prose, /\]\(([^)\s]+)\)/g), ...matches(prose, /<img src="([^"]+)"/g)]
  return links.filter((link) => !/^[a-z]+:/.test(link))
}

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || headingsOf(target).includes(anchor)
}

/** The headings of a page as addresses, as GitHub makes them. */
function headingsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}
