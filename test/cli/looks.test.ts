import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { openTestApp, type TestApp } from '../support/app.ts'
import { run } from './terminal.ts'

// One grey pixel.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='
const ADDRESS = 'https://daily.example/logo.png'

let installation: TestApp
let server: RunningServer
let directory: string
let env: Record<string, string>

beforeAll(async () => {
  installation = await openTestApp()
  server = await startServer(installation.app)
  directory = await mkdtemp(join(tmpdir(), 'pressroom-looks-'))
  await writeFile(join(directory, 'logo.png'), Buffer.from(PNG, 'base64'))
  await writeFile(join(directory, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  const { key } = await createKey(installation.app.store.keys, { name: 'test', scopes: SCOPES })
  env = { PRESSROOM_URL: server.url, PRESSROOM_KEY: key }
})
afterAll(async () => {
  await server.close()
  await installation.close()
  await rm(directory, { recursive: true })
})

function newsletter(...args: string[]) {
  return run(['newsletter', ...args, '--json'], { env, directory })
}

async function edited(...args: string[]) {
  const { code, stdout, stderr } = await newsletter('edit', 'daily', ...args)
  return code === 0 ? JSON.parse(stdout).branding : stderr
}

describe('the looks of a newsletter', () => {
  test('are given when it is made, its logo from a file that says its name', async () => {
    const named = ['--name', 'The Daily', '--from-name', 'D', '--from-address', 'd@example.com']
    const looks = ['--logo', 'logo.png', '--accent', '#1b4f8f']
    const made = await newsletter('create', 'daily', ...named, '--postal-address', 'Street 1', ...looks)
    expect(JSON.parse(made.stdout).branding).toEqual({
      accent: '#1b4f8f',
      logo: { src: expect.stringMatching(/^asset:[0-9a-f]{64}\.png$/), width: 1, height: 1, alt: 'The Daily' },
    })
  })

  test('change as they are given, and nothing else does', async () => {
    const logo = expect.any(Object)
    expect(await edited('--face', 'sans', '--footer', 'Printed nowhere.', '--accent', 'none')).toEqual({
      face: 'sans',
      footer: 'Printed nowhere.',
      logo,
    })
    expect(await edited('--name', 'Morgen')).toEqual({ face: 'sans', footer: 'Printed nowhere.', logo })
    expect(await edited('--face', 'none', '--footer', 'none', '--logo', 'none')).toEqual({})
  })

  test('have a logo from an address, with its size, which says the newsletter’s name or what it is told', async () => {
    const logo = { src: ADDRESS, width: 240, height: 48, alt: 'Morgen' }
    expect(await edited('--logo', ADDRESS, '--logo-size', '240x48')).toEqual({ logo })
    const told = await edited('--logo', ADDRESS, '--logo-size', '240x48', '--logo-alt', 'M')
    expect(told).toEqual({ logo: { ...logo, alt: 'M' } })
    const shown = await run(['newsletter', 'show', 'daily'], { env, directory })
    expect(shown.stdout).toContain(`${ADDRESS} (240 × 48, M)`)
  })

  test.each([
    ['an address without a size', ['--logo', ADDRESS], '--logo-size: expected how large'],
    ['a size of no picture', ['--logo-size', '240x48'], '--logo: expected the logo'],
    ['a size that is none', ['--logo', ADDRESS, '--logo-size', 'large'], 'Expected a size such as 240x48.'],
    ['a file there is not', ['--logo', 'nowhere.png'], 'nowhere.png cannot be read'],
    ['a picture that mail cannot show', ['--logo', 'logo.svg'], 'SVG'],
    ['a colour that cannot be read', ['--accent', '#ffee00'], 'contrast of 1.'],
  ])('are refused: %s', async (_, args, said) => {
    expect(await edited(...args)).toContain(said)
  })
})
