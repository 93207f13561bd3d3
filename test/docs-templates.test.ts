import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkTemplate } from '../src/check/template.ts'
import { fillEdition } from '../src/edition/fill.ts'
import { renderEdition } from '../src/edition/render.ts'
import { starterTemplate } from '../src/edition/starter.ts'
import { loadTemplates, type TemplateSet } from '../src/edition/templates.ts'
import { anIssue } from './edition/rendering.ts'

const PAGE = readFileSync(join(import.meta.dirname, '..', 'docs', 'templates.md'), 'utf8')
const SNIPPETS = [...PAGE.matchAll(/^```tsx\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(([, file = '', code = '']) => ({
  file,
  code,
}))

let folder: string
let templates: TemplateSet
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressroom-docs-'))
  for (const { file, code } of SNIPPETS) await writeFile(join(folder, file), code)
  await writeFile(join(folder, 'an-issue.tsx'), starterTemplate('issue', 'an-issue'))
  await writeFile(join(folder, 'a-mail.tsx'), starterTemplate('single', 'a-mail'))
  templates = await loadTemplates({ emailsDir: folder, cacheDir: join(folder, 'cache') })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const errorsOf = async (name: string) =>
  (await checkTemplate(templates.get(name))).findings.filter(({ severity }) => severity === 'error')

describe('docs/templates.md', () => {
  test('shows templates that render', async () => {
    expect(SNIPPETS.map(({ file }) => file)).toEqual(['hello.tsx', 'short.tsx'])
    expect(templates.broken).toEqual([])
    const message = async (name: string, values = {}) =>
      fillEdition(await renderEdition({ template: templates.get(name), props: anIssue(), locale: 'en' }), {
        unsubscribe: 'https://news.example/u',
        view: 'https://news.example/v',
        ...values,
      })
    expect((await message('hello')).html).toContain('Dear <!-- -->reader'.replace('<!-- -->', ''))
    const free = await message('short', { first_name: 'Ada', plan: 'free' })
    expect(free.html).toContain('You read the free edition.')
    expect(free.html).not.toContain('Thank you for your support.')
    expect(free.text).toContain('Dear Ada,')
    expect(free.text).toContain('Unsubscribe: https://news.example/u')
  })

  test('is right about what a plain React Email file lacks for a send, and that the other lacks nothing', async () => {
    expect(templates.get('hello').ownProps).toEqual(['name'])
    const rules = (await errorsOf('hello')).map(({ rule }) => rule)
    expect(rules).toEqual(expect.arrayContaining(['unsubscribe-link', 'postal-address']))
    expect((await errorsOf('short')).filter(({ rule }) => /unsubscribe|postal/.test(rule))).toEqual([])
  })
})

describe('a template to begin with', () => {
  test.each(['an-issue', 'a-mail'])(
    '%s renders at once, with a text of its own or none, and no error',
    async (name) => {
      expect(await errorsOf(name)).toEqual([])
      expect(templates.get(name).kind).toBe(name === 'an-issue' ? 'issue' : 'single')
    },
  )
})
