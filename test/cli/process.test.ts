import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'pressroom.mjs')
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pressroom-process-'))
  // As root the database runs under another account, which has to be able to enter.
  await chmod(directory, 0o755)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

type Started = { readonly child: ChildProcess; readonly said: { stdout: string; stderr: string } }

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (part) => {
    said.stdout += part
  })
  child.stderr.on('data', (part) => {
    said.stderr += part
  })
  return { child, said }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function finish({ child, said }: Started) {
  const [code] = await once(child, 'close')
  return { code, ...said }
}

test('a server is found by commands started beside it, and ends at SIGTERM with everything put away', async () => {
  const env = { DATA_DIR: 'data', PORT: '0' }
  const server = start(['start', '--json'], env)
  await once(server.child.stdout ?? server.child, 'data')
  const { url, tier, provider } = JSON.parse(server.said.stdout)
  expect({ tier, provider }).toEqual({ tier: 'embedded', provider: 'outbox' })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await stat(join(directory, 'data', 'operator-key'))).mode & 0o777).toBe(0o600)

  const listed = await finish(start(['newsletter', 'list', '--json'], env))
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(listed.stdout)).toEqual({ rows: [], next: null })

  server.child.kill('SIGTERM')
  expect(await finish(server)).toMatchObject({ code: 0 })
  await expect(access(join(directory, 'data', 'server.json'))).rejects.toThrow()
  expect(await finish(start(['newsletter', 'list'], env))).toMatchObject({ code: 3 })
})

test('a server takes mail in where it is told to, until it is stopped', async () => {
  const port = await freePort()
  const inbound = { INBOUND_DOMAIN: 'in.example.com', INBOUND_SMTP_PORT: String(port) }
  const server = start(['start', '--json'], { DATA_DIR: 'data', PORT: '0', ...inbound })
  await once(server.child.stdout ?? server.child, 'data')
  expect(JSON.parse(server.said.stdout).inbound).toBe(`mail to in.example.com, at port ${port} of 127.0.0.1`)
  const socket = connect(port, '127.0.0.1')
  const [greeting] = await once(socket, 'data')
  expect(String(greeting)).toMatch(/^220 in\.example\.com /)
  server.child.kill('SIGTERM')
  await once(socket, 'close')
  expect(await finish(server)).toMatchObject({ code: 0 })
})

test('the demo delivers to a thousand readers whatever is configured, and leaves a page that needs no server', async () => {
  const elsewhere = { DATABASE_URL: 'postgres://nowhere.invalid/x', RESEND_API_KEY: 're_not_to_be_used' }
  const { code, stdout, stderr } = await finish(start(['demo'], { ...elsewhere, DATA_DIR: 'data' }))
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('1,000 of 1,000 recipients') })
  expect(stdout).toMatch(/^recipients 1,000 = accepted 1,000 \+ refused 0 \+ uncertain 0 \+ skipped 0$/m)
  const [index = ''] = stdout.match(/file:\S+/) ?? []
  expect(await readFile(fileURLToPath(index), 'utf8')).toContain('reader-0001@example.com')
}, 60_000)

test('help is there without delay for whoever asks the program itself', async () => {
  expect(await finish(start(['--help']))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('pressroom demo'),
    stderr: '',
  })
})
