import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fillEdition } from '../../src/edition/fill.ts'
import { renderEdition } from '../../src/edition/render.ts'
import { followTemplates, loadTemplates, type TemplateSet } from '../../src/edition/templates.ts'
import { FakeClock } from '../support/clock.ts'
import { anIssue } from './rendering.ts'

let folder: string
let emailsDir: string
let cacheDir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressroom-templates-'))
  emailsDir = join(folder, 'emails')
  // Vitest compiles what is loaded from elsewhere once more.
  cacheDir = join(folder, 'node_modules', 'cache')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(path: string, source: string) {
  await mkdir(join(emailsDir, path, '..'), { recursive: true })
  await writeFile(join(emailsDir, path), source)
}

const load = () => loadTemplates({ emailsDir, cacheDir })

async function htmlOf(set: TemplateSet, name: string): Promise<string> {
  const edition = await renderEdition({ template: set.get(name), props: anIssue(), locale: 'en' })
  return fillEdition(edition, {}).html
}

const mail = (words: string) => `
import { Html, Text } from 'react-email'
export default function Mail() { return <Html><Text>${words}</Text></Html> }
`

const OURS = ['article', 'confirm-subscription', 'digest', 'goodbye', 'letter', 'welcome']

describe('a set of templates', () => {
  test('names files by their path; a user has the last word on a name', async () => {
    await write('notice.tsx', 'export default function Mail() { return <p>{process.env.NODE_ENV}</p> }')
    await write('alerts/flood.tsx', mail('rising'))
    await write('article.tsx', mail('mine'))
    await write('part.tsx', 'export function Part() { return <p /> }')
    await write('node_modules/x/mail.tsx', mail('not a template'))
    const set = await load()
    expect(set.names).toEqual(['alerts/flood', ...OURS, 'notice'].sort())
    expect(set.broken).toEqual([])
    expect(await htmlOf(set, 'alerts/flood')).toContain('rising')
    expect(await htmlOf(set, 'article')).toContain('mine')
    expect(() => set.get('notcie')).toThrowError(
      expect.objectContaining({
        code: 'not_found',
        message: `There is no template notcie. There are: ${set.names.join(', ')}.`,
      }),
    )
  })

  test('takes only the folder templates when the user has one', async () => {
    await write('templates/notice.tsx', mail('one'))
    await write('components/banner.tsx', mail('two'))
    expect((await load()).names).toEqual([...OURS, 'notice'].sort())
  })

  test('renders with the production form of React, whatever NODE_ENV is', async () => {
    await write('notice.tsx', 'export default function Mail() { return <p>{process.env.NODE_ENV}</p> }')
    expect(await htmlOf(await load(), 'notice')).toContain('<p>production</p>')
    const maps = (await readdir(cacheDir, { recursive: true })).filter((file) => file.endsWith('.map'))
    const sources = await Promise.all(maps.map((file) => readFile(join(cacheDir, file), 'utf8')))
    expect(sources.join()).toContain('react-dom-server.node.production.js')
    expect(sources.join()).not.toMatch(/react[\w.-]*development\.js/)
  })

  test('shares our copies of React Email and zod with templates that lie elsewhere', async () => {
    await write(
      'notice.tsx',
      `import { Text } from '@react-email/components'
       import { z } from 'zod'
       import { Slot } from 'pressroom/emails'
       export const props = z.looseObject({ articles: z.array(z.looseObject({ headline: z.string().min(99) })) })
       export default function Mail() { return <Text>Dear <Slot name="first_name" fallback="reader" /></Text> }`,
    )
    await expect(htmlOf(await load(), 'notice')).rejects.toMatchObject({ problems: [{ where: 'articles.0.headline' }] })
  })
})

describe('a broken template', () => {
  test('is listed with file and line and takes no other with it', async () => {
    await write('syntax.tsx', 'export default function Mail() {\n  return <p>{</p>\n}')
    await write('throws.tsx', `\n\nthrow new Error('at import')\nexport default function Mail() { return <p /> }`)
    await write('missing.tsx', `import { x } from './nowhere.ts'\nexport default function Mail() { return <p>{x}</p> }`)
    await write('value.tsx', 'export default 7')
    await write('good.tsx', mail('fine'))
    const set = await load()
    const at = (name: string) => join(emailsDir, name)
    expect(set.broken).toEqual([
      {
        name: 'missing',
        file: at('missing.tsx'),
        error: `${at('missing.tsx')}:1:19: Could not resolve "./nowhere.ts"`,
      },
      { name: 'syntax', file: at('syntax.tsx'), error: `${at('syntax.tsx')}:2:15: Expected identifier but found "/"` },
      { name: 'throws', file: at('throws.tsx'), error: `${at('throws.tsx')}:3:7: at import` },
      { name: 'value', file: at('value.tsx'), error: expect.stringContaining('no default export that is a component') },
    ])
    expect(() => set.get('syntax')).toThrowError(expect.objectContaining({ code: 'invalid_input' }))
    expect(await htmlOf(set, 'good')).toContain('fine')
  })

  test('that throws while it renders is named with the line that threw', async () => {
    await write('throws.tsx', 'export default function Mail(props) {\n  return <p>{props.nothing.there}</p>\n}')
    await expect(htmlOf(await load(), 'throws')).rejects.toThrow(
      `The template throws failed at ${join(emailsDir, 'throws.tsx')}:2:28: Cannot read properties of undefined`,
    )
  })
})

describe('loading again', () => {
  test('compiles nothing when nothing has changed, in this process or another', async () => {
    await write('notice.tsx', mail('one'))
    await load()
    const [engine = ''] = (await readdir(cacheDir)).filter((file) => /^engine-.*mjs$/.test(file))
    await utimes(join(cacheDir, engine), 0, 0)
    expect(await htmlOf(await load(), 'notice')).toContain('one')
    expect((await stat(join(cacheDir, engine))).mtimeMs).toBe(0)
  })

  test('sees what changed, and leaves the set before as it was', async () => {
    await write('notice.tsx', mail('before'))
    const before = await load()
    await write('notice.tsx', mail('after'))
    const after = await before.reload()
    expect(await htmlOf(before, 'notice')).toContain('before')
    expect(await htmlOf(after, 'notice')).toContain('after')
  })

  test('does not load again what did not change', async () => {
    await write('notice.tsx', mail('one'))
    const before = await load()
    const after = await before.reload()
    expect(after.get('notice').compiled).toEqual(before.get('notice').compiled)
  })

  test('deletes compiled files that are a day old and no longer used', async () => {
    await write('notice.tsx', mail('before'))
    const set = await load()
    for (const file of await readdir(join(cacheDir, 'of'))) {
      if (file.startsWith('notice-')) await utimes(join(cacheDir, 'of', file), 0, 0)
    }
    await write('notice.tsx', mail('after'))
    await set.reload()
    const left = (await readdir(join(cacheDir, 'of'))).filter(
      (file) => file.startsWith('notice-') && file.endsWith('.mjs'),
    )
    expect(left).toHaveLength(1)
  })
})

describe('templates that are followed', () => {
  test('are loaded again after a change, of a file or of what it imports, looked for once a second', async () => {
    const clock = new FakeClock()
    await write('notice.tsx', mail('one'))
    await write('parts/words.ts', `export const words = 'first'`)
    await write('more.tsx', `import { words } from './parts/words.ts'\nexport default () => <p>{words}</p>`)
    const templates = followTemplates({ emailsDir, cacheDir }, clock)
    const before = await templates()
    await write('parts/words.ts', `export const words = 'second'`)
    await write('added.tsx', mail('two'))
    expect(await templates()).toBe(before)
    await clock.advance(1_000)
    const after = await templates()
    expect(await htmlOf(after, 'more')).toContain('second')
    expect(after.names).toContain('added')
    expect(await htmlOf(before, 'more')).toContain('first')
    await clock.advance(1_000)
    expect(await templates()).toBe(after)
  })

  test('are loaded once, however many ask at once, the first time and after a change', async () => {
    const clock = new FakeClock()
    await write('notice.tsx', mail('one'))
    const templates = followTemplates({ emailsDir, cacheDir }, clock)
    const askedByMany = async () => new Set(await Promise.all(Array.from({ length: 20 }, templates)))
    const [first, ...others] = await askedByMany()
    await write('notice.tsx', mail('two'))
    await clock.advance(1_000)
    const [second, ...more] = await askedByMany()
    expect([others, more]).toEqual([[], []])
    expect(second).not.toBe(first)
  })

  test('that could not be loaded are loaded a second later', async () => {
    const clock = new FakeClock()
    const templates = followTemplates({ emailsDir: join(emailsDir, 'later'), cacheDir }, clock)
    await expect(templates()).rejects.toThrow('does not exist')
    await write('later/notice.tsx', mail('one'))
    await expect(templates()).rejects.toThrow('does not exist')
    await clock.advance(1_000)
    expect((await templates()).names).toContain('notice')
  })
})
