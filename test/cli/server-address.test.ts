import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findServer } from '../../src/cli/server-address.ts'

let directory: string
let env: Record<string, string>

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-address-'))
  env = { DATA_DIR: '.' }
})
afterEach(() => rm(directory, { recursive: true }))

async function serverHasStarted(): Promise<void> {
  await writeFile(join(directory, 'server.json'), JSON.stringify({ url: 'http://127.0.0.1:4321', pid: 1 }))
  await writeFile(join(directory, 'operator-key'), 'pk_operator\n')
}

describe('the server', () => {
  test('is the one that DATA_DIR tells of, with its operator’s key', async () => {
    await serverHasStarted()
    expect(findServer({}, { directory, env })).toEqual({ url: 'http://127.0.0.1:4321', key: 'pk_operator' })
  })

  test('is looked for where one would listen, when DATA_DIR tells of none', () => {
    expect(findServer({}, { directory, env: { ...env, PORT: '8080' } })).toEqual({
      url: 'http://127.0.0.1:8080',
      key: null,
    })
  })

  test('is the one asked for: by option, else by the environment', async () => {
    await serverHasStarted()
    const around = { directory, env: { ...env, PRESSROOM_URL: 'https://one.example.com/', PRESSROOM_KEY: 'pk_one' } }
    expect(findServer({}, around)).toEqual({ url: 'https://one.example.com', key: 'pk_one' })
    const asked = { url: 'https://two.example.com', key: 'pk_two' }
    expect(findServer(asked, around)).toEqual(asked)
  })

  test('elsewhere is never given the operator’s key of this machine', async () => {
    await serverHasStarted()
    expect(findServer({ url: 'http://127.0.0.1:9999' }, { directory, env }).key).toBeNull()
    expect(findServer({ url: 'http://127.0.0.1:4321/' }, { directory, env }).key).toBe('pk_operator')
  })

  test('that is no address is refused', () => {
    expect(() => findServer({ url: 'localhost:3000' }, { directory, env })).toThrow(/not the address of a server/)
  })

  test('is not asked with a key that no header can carry', () => {
    const around = { directory, env: { ...env, PRESSROOM_KEY: 'pk_one\npk_two' } }
    expect(() => findServer({}, around)).toThrow(/PRESSROOM_KEY/)
  })

  test('file that is damaged is as good as none', async () => {
    await writeFile(join(directory, 'server.json'), '{"url": 7')
    expect(findServer({}, { directory, env }).url).toBe('http://127.0.0.1:3000')
  })
})
