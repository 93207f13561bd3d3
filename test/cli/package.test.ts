import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

// Building takes a quarter of a minute of one core: in CI, and for whoever asks for everything.
describe.runIf(process.env.PRESSROOM_TEST_ALL === '1')('the built package', () => {
  let directory: string
  let installed: string
  let database: TestDatabase

  beforeAll(async () => {
    database = await createTestDatabase()
    directory = await mkdtemp(join(tmpdir(), 'pressroom-package-'))
    installed = join(directory, 'node_modules', 'pressroom')
    await run(process.execPath, [join(ROOT, 'build.mjs'), join(installed, 'dist')], { cwd: ROOT })
    for (const part of ['package.json', 'bin', 'emails', 'migrations', 'examples']) {
      await cp(join(ROOT, part), join(installed, part), { recursive: true })
    }
    await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'), 'dir')
    await writeFile(join(directory, 'use.mts'), PROGRAM)
  }, 180_000)
  afterAll(async () => {
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  })

  test('is used from another folder as a library', async () => {
    await cp(join(directory, 'use.mts'), join(directory, 'use.mjs'))
    const { stdout } = await run(process.execPath, ['use.mjs'], {
      cwd: directory,
      env: { ...process.env, DATABASE_URL: database.url, APP_SECRET: 's'.repeat(32), LOG_LEVEL: 'warn' },
    })
    expect(JSON.parse(stdout)).toEqual({
      slug: 'from-elsewhere',
      // Threads read the article and render it.
      shown: true,
      templates: expect.arrayContaining(['article', 'confirm-subscription']),
      others: ['object', 'function'],
    })
  }, 60_000)

  test('brings types that hold without skipping any check', async () => {
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')]
    const strict = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--jsx', 'react-jsx']
    const typescript = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = await run(process.execPath, [typescript, ...strict, ...types, 'use.mts'], { cwd: directory })
    expect(stdout).toBe('')
  }, 60_000)

  test('brings a command line that runs without the source', async () => {
    const bin = join(installed, 'bin', 'pressroom.mjs')
    const { stdout } = await run(process.execPath, [bin, '--help'], { cwd: directory })
    expect(stdout).toContain('pressroom demo')
  })
})

// No annotations: the same text is run as JavaScript and checked as TypeScript.
const PROGRAM = `
import { createPressroom } from 'pressroom'
import * as emails from 'pressroom/emails'
import { startFakeResend } from 'pressroom/fake-resend'

const pressroom = await createPressroom()
const { slug } = await pressroom.createNewsletter({
  slug: 'from-elsewhere', name: 'X', fromName: 'X', fromAddress: 'x@example.com', postalAddress: '1 Street',
})
const { names } = await pressroom.app.templates()
const text = '---\\ntitle: Low water\\nauthor: Mara\\n---\\n\\nThe gate *stays* open.'
const article = await pressroom.importArticle({ text })
const issue = await pressroom.createIssue({ newsletter: slug, articles: [article.id] })
const { html } = await pressroom.renderIssue(issue.id)
const shown = html.includes('The gate <em>stays</em> open.')
console.log(JSON.stringify({ slug, shown, templates: names, others: [typeof emails, typeof startFakeResend] }))
await pressroom.close()
`
