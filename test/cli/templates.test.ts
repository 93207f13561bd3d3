import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { jpeg, png } from '../assets/pictures.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { FakeClock } from '../support/clock.ts'
import { type Ran, run } from './terminal.ts'

// What people bring along, on the command line: their templates, their pictures.

const clock = new FakeClock()
let installation: TestApp
let server: RunningServer
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-cli-'))
  await mkdir(join(directory, 'emails'))
  installation = await openTestApp({ clock, config: { emailsDir: join(directory, 'emails') } })
  server = await startServer(installation.app)
  const { key } = await createKey(installation.app.store.keys, { name: 'test', scopes: SCOPES })
  env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key, EMAILS_DIR: 'emails' }
})
afterAll(async () => {
  await server.close()
  await installation.close()
  await rm(directory, { recursive: true })
})

const pressroom = (...args: string[]): Promise<Ran> => run(args, { env, directory })

describe('a template of one’s own', () => {
  test('is written, and known to a server that was started before', async () => {
    const { code, stdout } = await pressroom('template', 'new', 'alerts/flood')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${join('emails', 'alerts', 'flood.tsx')} is written.\nSee it while you change it: pressroom preview\n`,
    })
    expect(await readFile(join(directory, 'emails', 'alerts', 'flood.tsx'), 'utf8')).toContain(
      'export default function Flood(mail: IssueProps)',
    )
    const shown = await pressroom('template', 'show', 'alerts/flood')
    expect(shown.code).toBe(0)
    expect(shown.stdout).toMatch(/^Name +alerts\/flood\nFor +an issue\nFile +.*flood\.tsx\nText part +its own\n/)
    expect(shown.stdout).not.toContain('Errors')
  })

  test('is not written over, nor under a name that is none', async () => {
    await pressroom('template', 'new', 'twice', '--kind', 'single')
    expect(await pressroom('template', 'new', 'twice')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is there already'),
    })
    for (const name of ['../up', 'Weekly', 'a b', 'templates/x', '/etc/x']) {
      expect(await pressroom('template', 'new', name)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is no name for a template'),
      })
    }
  })

  test('that fails is listed with file and line, and refused for an issue', async () => {
    const file = join(directory, 'emails', 'broken.tsx')
    await writeFile(file, `\nthrow new Error('at import')\nexport default () => <p />`)
    await writeFile(
      join(directory, 'emails', 'hello.tsx'),
      `export default function Hello({ team }) { return <p>{team.name}</p> }`,
    )
    const { set, problem } = await untilListed('hello')
    expect(problem).toContain(`broken cannot be used: ${file}:2:7: at import`)
    expect(set).toContain('hello')
    const shown = await pressroom('template', 'show', 'hello')
    expect(shown).toMatchObject({ code: 1, stderr: expect.stringContaining('hello.tsx:1:') })
  })
})

/** The list of templates, as soon as the server has looked again. */
async function untilListed(name: string): Promise<{ readonly set: string; readonly problem: string }> {
  for (;;) {
    const { stdout, stderr } = await pressroom('template', 'list')
    if (stdout.includes(name)) return { set: stdout, problem: stderr }
    await clock.advance(1_000)
  }
}

describe('an article with pictures beside it', () => {
  test('is imported with them, and a missing one is told by its line', async () => {
    await mkdir(join(directory, 'posts'))
    await writeFile(join(directory, 'posts', 'gate.jpg'), jpeg(1200, 675))
    await writeFile(join(directory, 'shared.png'), png(8, 8))
    const text = (body: string) =>
      `---\ntitle: The gate\nauthor: Ana\nimage: gate.jpg\n---\n\nIt stays open.\n\n${body}\n`
    await writeFile(join(directory, 'posts', 'story.md'), text('![A](../shared.png)'))
    const refused = await pressroom('article', 'import', 'posts/story.md')
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('line 9: expected a picture in the folder posts or below, found ../shared.png'),
    })
    const taken = await pressroom('article', 'import', 'posts/story.md', '--pictures', '.', '--json')
    expect(taken).toMatchObject({ code: 0, stderr: '' })
    const { article } = JSON.parse(taken.stdout)
    expect(article.hero).toEqual({ src: expect.stringMatching(/^asset:\w+\.jpg$/), alt: '', width: 1200, height: 675 })
    const picture = await fetch(`${server.url}/${article.hero.src.replace('asset:', 'assets/')}`)
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(jpeg(1200, 675))

    await writeFile(join(directory, 'posts', 'gone.md'), text('![A](gone.png)'))
    expect(await pressroom('article', 'import', 'posts/gone.md')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('line 9: expected the picture gone.png beside the article, found no such file'),
    })
  })

  test('may name pictures that were kept before', async () => {
    await writeFile(join(directory, 'logo.png'), png(16, 4))
    const { stdout } = await pressroom('asset', 'add', 'logo.png', '--json')
    const { src, url, width, height } = JSON.parse(stdout)
    expect({ url, width, height }).toEqual({
      url: `${installation.app.publicUrl}/${src.replace('asset:', 'assets/')}`,
      width: 16,
      height: 4,
    })
    await writeFile(join(directory, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    expect(await pressroom('asset', 'add', 'logo.svg')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('an SVG'),
    })
  })
})
