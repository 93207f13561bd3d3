import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/error.ts'
import { readNewsletter, SAMPLE_NEWSLETTER } from '../../src/preview/newsletter.ts'
import { MADE_UP_READERS, readReaders } from '../../src/preview/readers.ts'
import { mailOf, openDesk } from './desk.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressroom-readers-'))
  file = join(folder, 'given.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('readers of a file', () => {
  test('are objects of slot values, or subscribers as they are exported', async () => {
    const exported = { firstName: 'Grace', locale: 'de', attributes: { plan: 'paid', seats: 3 }, createdAt: null }
    await writeFile(file, JSON.stringify([{ first_name: 'Ada', label: 'The first' }, exported, {}]))
    expect(await readReaders(file)).toEqual([
      { id: 'file-1', label: 'The first', locale: undefined, values: { first_name: 'Ada' } },
      { id: 'file-2', label: 'Grace', locale: 'de', values: { first_name: 'Grace', plan: 'paid', seats: '3' } },
      { id: 'file-3', label: 'Reader 3', locale: undefined, values: {} },
    ])
  })

  test('are refused with what is wrong with them', async () => {
    const refusal = async (content: string) => {
      await writeFile(file, content)
      return readReaders(file).catch((error: AppError) => error)
    }
    expect(await refusal('{"first_name": "Ada"}')).toMatchObject({ code: 'invalid_input' })
    expect(await refusal('[{"locale": "no tongue"}]')).toMatchObject({ problems: [{ where: '0.locale' }] })
    expect(await refusal('[')).toBeInstanceOf(AppError)
    await rm(file)
    expect(await readReaders(file).catch((error: AppError) => error.message)).toBe(`The file ${file} cannot be read.`)
  })
})

describe('a newsletter of a file', () => {
  test('is what the file says, and the sample in all else', async () => {
    expect(await readNewsletter(undefined, 'https://news.example')).toEqual(SAMPLE_NEWSLETTER)
    const src = `asset:${'a'.repeat(64)}.png`
    const branding = { accent: '#00558c', logo: { src, alt: 'Gate', width: 10, height: 10 } }
    await writeFile(file, JSON.stringify({ id: 'x', name: 'The Gate', branding, createdAt: '2026-01-01' }))
    expect(await readNewsletter(file, 'https://news.example')).toEqual({
      ...SAMPLE_NEWSLETTER,
      name: 'The Gate',
      branding: { ...branding, logo: { ...branding.logo, src: `https://news.example/assets/${'a'.repeat(64)}.png` } },
    })
  })

  test('is refused with every problem', async () => {
    await writeFile(file, JSON.stringify({ fromAddress: 'nowhere', branding: { accent: '#eeeeee' } }))
    expect(await readNewsletter(file, 'https://news.example').catch((error: AppError) => error)).toMatchObject({
      code: 'invalid_input',
      problems: [{ where: 'fromAddress' }, { where: 'branding.accent' }],
    })
  })
})

test('whatever a made-up reader is called, every template of ours says it as it is, in both parts', async () => {
  const desk = await openDesk()
  try {
    for (const { id, values } of MADE_UP_READERS.filter((reader) => reader.values.first_name !== undefined)) {
      const { html, text, headers } = await mailOf(desk, `template=letter&language=en&reader=${id}`)
      const name = values.first_name?.replace(/[\r\n]+/g, ' ') ?? ''
      expect(text).toContain(`Dear ${name},`)
      expect(html).not.toMatch(/<script|<b title|<img src=x/)
      expect(headers.map((header) => header.name)).not.toContain('Bcc')
    }
  } finally {
    await desk.close()
  }
})
