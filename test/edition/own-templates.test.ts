import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { sampleIssue } from '../../emails/sample.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import { type RenderRequest, renderEdition } from '../../src/edition/render.ts'
import { loadTemplates, type TemplateSet } from '../../src/edition/templates.ts'
import { anIssue } from './rendering.ts'

// Templates as people bring them along: of React Email's kind, careless, broken, or up to something.

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressroom-own-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function load(files: Readonly<Record<string, string>>, deadlineMs?: number): Promise<TemplateSet> {
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'emails', path)), { recursive: true })
    await writeFile(join(folder, 'emails', path), source)
  }
  return loadTemplates({ emailsDir: join(folder, 'emails'), cacheDir: join(folder, 'cache'), deadlineMs })
}

async function mail(set: TemplateSet, name: string, more: Partial<RenderRequest> = {}) {
  return fillEdition(await renderEdition({ template: set.get(name), props: anIssue(), locale: 'en', ...more }), {})
}

const SHORT = 1_000
const at = (path: string) => join(folder, 'emails', path)

describe('a template of React Email', () => {
  const INVITE = `
    import { Body, Html, Text } from 'react-email'
    import { Link } from '@react-email/link'
    import Banner from './components/banner'
    export const Invite = ({ inviter, team, newsletter }) => (
      <Html><Body><Banner /><Text>{inviter} asks you to {team.name}, says {newsletter.name}</Text><Link href="https://a.example">Go</Link></Body></Html>
    )
    Invite.PreviewProps = { inviter: 'Jo', team: { name: 'the choir' }, newsletter: 7 }
    export default Invite`
  const BANNER = `export default function Banner() { return <p>***</p> }`

  test('needs nothing of ours: it is found, and shows its PreviewProps where a sample is asked for', async () => {
    const set = await load({ 'teams/invite.tsx': INVITE, 'teams/components/banner.tsx': BANNER })
    expect(set.names).toContain('teams/invite')
    expect(set.names).not.toContain('teams/components/banner')
    const { html, text } = await mail(set, 'teams/invite', { sample: true })
    // What it has under our names is taken only when it is what we would give.
    expect(text).toContain('Jo asks you to the choir, says Tides')
    expect(html).toContain('<p>***</p>')
  })

  test('is found in a folder that is a link to another', async () => {
    await load({ 'invite.tsx': INVITE, 'components/banner.tsx': BANNER })
    await rename(join(folder, 'emails'), join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), join(folder, 'emails'))
    const set = await load({})
    expect(set.broken).toEqual([])
    expect((await mail(set, 'invite', { sample: true })).html).toContain('<p>***</p>')
  })

  test('says what it is: its kind, its text part, its props, and which of them no mail will have', async () => {
    const set = await load({
      'invite.tsx': INVITE,
      'components/banner.tsx': BANNER,
      'own.tsx': `
        import { z } from 'zod'
        export const props = z.object({ newsletter: z.any(), issue: z.any() })
        export const text = () => 'in short'
        export default () => <p>at length</p>`,
    })
    expect(set.get('invite')).toMatchObject({
      kind: 'issue',
      hasText: false,
      declaredProps: null,
      sampleProps: ['inviter', 'team', 'newsletter'],
      ownProps: ['inviter', 'team'],
      file: at('invite.tsx'),
    })
    expect(set.get('own')).toMatchObject({ hasText: true, declaredProps: ['newsletter', 'issue'], ownProps: [] })
    expect(set.sources).toEqual(expect.arrayContaining([at('invite.tsx'), at('components/banner.tsx')]))
  })

  test('fails a send by the line that misses its props', async () => {
    const set = await load({ 'invite.tsx': INVITE, 'components/banner.tsx': BANNER })
    await expect(mail(set, 'invite')).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^The template invite failed at .*invite\.tsx:6:\d+: .*\(reading 'name'\)$/),
    })
  })
})

describe('a template that fails', () => {
  test('by throwing, at import or with some props only, or in a component that is waited for, is told by its line', async () => {
    const set = await load({
      'imports.tsx': `import { names } from './names.ts'\nexport default () => <p>{names[0]}</p>`,
      'names.ts': `export const names = JSON.parse('{')`,
      'renders.tsx': `import { pick } from './pick.ts'\nexport default ({ issue }) => <p>{pick(issue)}</p>`,
      'pick.ts': `export function pick({ subject }) {\n  if (subject === 'Low water') throw new Error('no water')\n  return subject\n}`,
      'awaits.tsx': `async function Tide() {\n  await null\n  throw new TypeError('ebb')\n}\nexport default () => <div><Tide /></div>`,
      'words.tsx': `export default () => { throw 'only words' }`,
    })
    expect(set.broken).toEqual([
      { name: 'imports', file: at('imports.tsx'), error: expect.stringMatching(/names\.ts:1:27: .*JSON/) },
    ])
    await expect(mail(set, 'renders')).rejects.toThrow(`The template renders failed at ${at('pick.ts')}:2:38: no water`)
    expect((await mail(set, 'renders', { props: anIssue({ subject: 'High water' }) })).html).toContain('High water')
    await expect(mail(set, 'awaits')).rejects.toThrow(`The template awaits failed at ${at('awaits.tsx')}:3:9: ebb`)
    await expect(mail(set, 'words')).rejects.toThrow(`The template words failed in ${at('words.tsx')}: only words`)
  })

  test('by never ending is stopped, told by its line, and the process goes on meanwhile', async () => {
    const set = await load(
      {
        'loops.tsx': `export default () => {\n  for (let i = 0; ; i = (i + 1) % 9);\n}`,
        'imports.tsx': `while (process.pid) {}\nexport default () => <p />`,
        'good.tsx': 'export default () => <p>fine</p>',
      },
      SHORT,
    )
    expect(set.broken).toEqual([
      {
        name: 'imports',
        file: at('imports.tsx'),
        error: expect.stringMatching(/imports\.tsx:1:\d+: it did not come to an end within 1 s\.$/),
      },
    ])
    let turns = 0
    const counting = setInterval(() => turns++, 100)
    await expect(mail(set, 'loops')).rejects.toThrow(
      /The template loops failed at .*loops\.tsx:2:\d+: it did not come to an end within 1 s\./,
    )
    clearInterval(counting)
    expect(turns).toBeGreaterThan(2)
    expect((await mail(set, 'good')).html).toContain('fine')
  })

  test('by waiting for ever is stopped', async () => {
    const set = await load(
      {
        'waits.tsx': `import { use } from 'react'\nconst never = new Promise(() => {})\nexport default () => <p>{use(never)}</p>`,
      },
      SHORT,
    )
    await expect(mail(set, 'waits')).rejects.toThrow(
      `The template waits failed in ${at('waits.tsx')}: it waits for something that did not come within 1 s.`,
    )
  })

  test('by ending its process ends its thread only', async () => {
    const set = await load({ 'leaves.tsx': `export default () => { process.exit(3) }` })
    await expect(mail(set, 'leaves')).rejects.toThrow('it was not finished: process.exit was called.')
  })
})

describe('a template that does more than render', () => {
  test('may use Node, sees no environment, and prints to stderr', async () => {
    const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const spilt = vi.spyOn(process.stdout, 'write')
    vi.stubEnv('APP_SECRET', 'hush')
    const set = await load({
      'asks.tsx': `
        import { readFileSync } from 'node:fs'
        import { join } from 'node:path'
        export default () => {
          console.log('rendering')
          return <p>{readFileSync(${JSON.stringify(join(folder, 'emails', 'words.txt'))}, 'utf8')} {String(process.env['APP_' + 'SECRET'])}</p>
        }`,
      'words.txt': 'from a file',
    })
    expect((await mail(set, 'asks')).html).toContain('<p>from a file undefined</p>')
    expect(printed.mock.calls.join()).toContain('rendering')
    expect(spilt.mock.calls.join()).not.toContain('rendering')
  })

  test('may not import the code of Pressroom', async () => {
    const error = join(import.meta.dirname, '..', '..', 'src', 'error.ts')
    const inside = join('..', '..', '..', '..').replaceAll('\\', '/')
    const set = await load({
      'asks.tsx': `import { AppError } from '${inside}${error}'\nexport default () => <p>{AppError.name}</p>`,
      'more.tsx': `import { createPressroom } from 'pressroom'\nexport default () => <p>{createPressroom.name}</p>`,
    })
    const refused = '1:26: A template may not import the code of Pressroom, but what pressroom/emails exports'
    expect(set.broken.map(({ error }) => error)).toEqual([
      `${at('asks.tsx')}:${refused}`,
      `${at('more.tsx')}:${refused.replace('26', '33')}`,
    ])
  })
})

const SAMPLES = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples', 'react-email-templates')

describe.runIf(existsSync(SAMPLES))('the templates of React Email’s own examples', () => {
  type Expected = { readonly props: string[]; readonly links: number; readonly images: number; plain_text: string }
  const expected: Readonly<Record<string, Expected>> = existsSync(SAMPLES)
    ? JSON.parse(readFileSync(join(SAMPLES, 'expected.json'), 'utf8'))
    : {}
  const words = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean).join(' ')

  test('all render, with the words, links and pictures that React Email gives them', async () => {
    const set = await loadTemplates({ emailsDir: SAMPLES, cacheDir: join(folder, 'cache') })
    expect(set.broken).toEqual([])
    for (const [file, facts] of Object.entries(expected)) {
      const name = file.replace(/\.tsx$/, '')
      const { html, text } = await mail(set, name, { props: sampleIssue, sample: true })
      expect([name, html.match(/<a\s/g)?.length ?? 0, html.match(/<img\s/g)?.length ?? 0, words(text)]).toEqual([
        name,
        facts.links,
        facts.images,
        words(facts.plain_text),
      ])
      expect(set.get(name).sampleProps).toEqual(facts.props)
    }
  }, 60_000)
})
