import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, get, type Server } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const PACKAGE = join(import.meta.dirname, '..', '..', 'preview-react-email')
const OWN_FILES = ['start.mjs', 'fenced.mjs', 'entrance.mjs', 'fence.cjs', 'plugins.mjs']
const all = process.env.PRESSROOM_TEST_ALL === '1'
const isInstalled = existsSync(join(PACKAGE, 'node_modules', '@react-email', 'ui'))
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && !one.internal && one.family === 'IPv4')?.address
const canTakeNetworkAway =
  process.platform === 'linux' && spawnSync('unshare', ['-rn', 'true'], { stdio: 'ignore' }).status === 0

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'pressroom-re-test-')))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the start', () => {
  test('says how to install it, and what that takes', async () => {
    copyStarter()
    const { code, errors } = await ended(start([]))
    expect({ code, errors }).toEqual({
      code: 3,
      errors:
        "React Email's own preview is not installed. It is apart from Pressroom, because it takes 480 MB.\n" +
        'Install it once:  npm ci --prefix preview-react-email\n',
    })
  })

  test('refuses two versions that do not fit, with which it would serve nothing', async () => {
    copyStarter()
    await install('react-email', '6.11.13', '')
    await install('@react-email/ui', '6.11.6', '')
    const { code, errors } = await ended(start([]))
    expect(code).toBe(2)
    expect(errors).toContain('react-email is 6.11.13 and @react-email/ui is 6.11.6')
  })

  test('says so when the preview ends by itself, whatever its exit code is', async () => {
    copyStarter()
    await installFake('process.exit(0)')
    const { code, errors } = await ended(start([]))
    expect(code).toBe(1)
    expect(errors).toContain("React Email's preview ended by itself.")
  })
})

const FENCES = ['process', ...(canTakeNetworkAway || all ? ['system'] : [])]
if (elsewhere === undefined) test.skip('skipped: this machine has no address but loopback', () => undefined)

describe.runIf(all || elsewhere !== undefined).each(FENCES)('behind the fence of the %s', (fence) => {
  let outside: Server
  let asked: string[]
  beforeAll(async () => {
    outside = createServer((request, reply) => {
      asked.push(request.url ?? '')
      reply.end('reached')
    })
    await new Promise<void>((done) => outside.listen(0, elsewhere, done))
  })
  beforeEach(() => {
    asked = []
  })
  afterAll(() => new Promise((done) => outside.close(done)))

  const address = () => {
    const at = outside.address()
    return `http://${elsewhere}:${typeof at === 'object' ? at?.port : 0}`
  }

  test('no process of it reaches another address, in any way, but it is reached itself', async () => {
    copyStarter()
    await installFake(WANDERER)
    const running = start(['--fence', fence, '--port', '0'], { OUTSIDE: address() })
    const url = await urlOf(running)
    const answer = await fetch(`${url}/try`)
    const codes = (await answer.json()) as Record<string, string>
    expect(Object.keys(codes)).toEqual(['fetch', 'http', 'socket', 'socketByName', 'udp', 'name', 'child', 'worker'])
    expect(Object.entries(codes).filter(([, code]) => !/^(ERR_FENCED|ENETUNREACH)$/.test(code))).toEqual([])
    expect(asked).toEqual([])
    expect(answer.headers.get('content-security-policy')).toContain("connect-src 'self'")
    await stop(running)
  })

  test('the same code reaches it without a fence', async () => {
    await writeFile(join(folder, 'unfenced.mjs'), WANDERER)
    const running = spawn(process.execPath, [join(folder, 'unfenced.mjs')], {
      env: { ...process.env, OUTSIDE: address(), PORT: '0' },
    })
    const url = await urlOf(running)
    const codes = (await (await fetch(`${url}/try`)).json()) as Record<string, string>
    expect([codes.fetch, codes.http, codes.socket, codes.child, codes.worker]).toEqual(Array(5).fill('reached'))
    expect(asked).toHaveLength(4)
    running.kill()
  })

  test('it listens on nothing but loopback, and all of it ends with the one who started it', async () => {
    copyStarter()
    await installFake(WANDERER)
    const running = start(['--fence', fence, '--port', '0'], { OUTSIDE: address() })
    const { port } = new URL(await urlOf(running))
    const pids = (await (await fetch(`http://127.0.0.1:${port}/pids`)).json()) as number[]
    await expect(fetch(`http://${elsewhere}:${port}/`)).rejects.toThrow()
    expect(await statusFor(Number(port), 'evil.example')).toBe(403)
    running.kill('SIGKILL')
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([])
  })

  test.runIf(all || isInstalled)(
    "React Email's own preview shows our templates and asks nobody about their links",
    async () => {
      await mkdir(join(folder, 'emails'))
      await writeFile(join(folder, 'emails', 'leaver.tsx'), leaver(address()))
      const running = spawn(process.execPath, [join(PACKAGE, 'start.mjs'), '--fence', fence, '--port', '0'])
      const url = await urlOf(running)
      const pages = ['article', 'confirm-subscription', 'digest', 'goodbye', 'letter', 'welcome']
      for (const name of pages) {
        const page = await (await fetch(`${url}/preview/templates/${name}`)).text()
        expect(page.includes('The Harbour Record')).toBe(true)
      }
      await stop(running)
      const other = spawn(process.execPath, [
        join(PACKAGE, 'start.mjs'),
        ...['--fence', fence, '--port', '0', '--dir', join(folder, 'emails')],
      ])
      const left = await (await fetch(`${await urlOf(other)}/preview/leaver`)).text()
      expect(left.includes('Unsubscribe me')).toBe(true)
      await stop(other)
      expect(asked).toEqual([])
    },
    120_000,
  )
})

/** Puts our part of the package into the test's folder, without what it starts. */
function copyStarter(): void {
  for (const file of OWN_FILES) cpSync(join(PACKAGE, file), join(folder, file))
}

async function install(name: string, version: string, code: string): Promise<void> {
  const files = { 'package.json': JSON.stringify({ name, version, type: 'module' }), 'dist/cli/index.mjs': code }
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, 'node_modules', name, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
}

async function installFake(code: string): Promise<void> {
  await install('react-email', '6.11.6', code)
  await install('@react-email/ui', '6.11.6', '')
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const options = ['--dir', folder, ...args]
  return spawn(process.execPath, [join(folder, 'start.mjs'), ...options], { env: { ...process.env, ...env } })
}

function ended(child: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  return new Promise((done) => child.on('close', (code) => done({ code, errors })))
}

async function stop(child: ChildProcess): Promise<void> {
  const closed = new Promise((done) => child.once('close', done))
  child.kill('SIGINT')
  await closed
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (part: string) => {
      text += part
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? []
      if (url !== undefined) resolve(url)
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    child.on('close', () => reject(new Error(`It ended: ${text}`)))
  })
}

function statusFor(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, headers: { host } }, (answer) => resolve(answer.resume().statusCode)).on(
      'error',
      reject,
    )
  })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function leaver(outside: string): string {
  return `import { Body, Html, Link } from 'react-email'
import { Slot } from 'pressroom/emails'
export default function Leaver() {
  return <Html lang="en"><Body><Link href="${outside}/unsubscribe?token=real">Unsubscribe me</Link><Slot name="first_name" fallback="you" /></Body></Html>
}`
}

/** A server that, like React Email's, runs in a child of itself, and that tries every way out when it is asked to. */
const WANDERER = `
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { promises as dns } from 'node:dns'
import { createServer, get } from 'node:http'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'

const { OUTSIDE, PORT = '3000', INNER } = process.env
const { hostname, port } = new URL(OUTSIDE)
const codeOf = (error) => error.cause?.code ?? error.code ?? error.message
const ASK = "fetch(process.env.OUTSIDE + '/by-another').then((a) => a.text(), (e) => e.cause?.code ?? e.message)"

const ways = {
  fetch: () => fetch(OUTSIDE + '/fetch').then((answer) => answer.text()),
  http: () => new Promise((done, fail) => get(OUTSIDE + '/http', (answer) => answer.on('data', (part) => done(String(part)))).on('error', fail)),
  socket: () => new Promise((done, fail) => connect(Number(port), hostname, function () { this.end(); done('reached') }).on('error', fail)),
  socketByName: () => new Promise((done, fail) => connect({ host: 'elsewhere.example', port: 80 }, () => done('reached')).on('error', fail)),
  udp: () => new Promise((done, fail) => {
    const socket = createSocket('udp4').on('error', fail)
    socket.send('x', 9, hostname, (error) => { socket.close(); error ? fail(error) : done('reached') })
  }),
  name: () => dns.resolve4('elsewhere.example').then(() => 'reached'),
  child: async () => spawnSync(process.execPath, ['-e', ASK + '.then((text) => process.stdout.write(text))'], { encoding: 'utf8' }).stdout,
  worker: () => new Promise((done, fail) => new Worker(ASK + ".then((text) => require('node:worker_threads').parentPort.postMessage(text))", { eval: true }).on('message', done).on('error', fail)),
}

async function tryAll() {
  const codes = {}
  for (const [name, go] of Object.entries(ways)) codes[name] = await go().catch(codeOf)
  return codes
}

if (INNER === undefined) {
  const child = spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, INNER: String(process.pid) } })
  child.on('exit', (code) => process.exit(code ?? 0))
  process.on('SIGTERM', () => child.kill())
} else {
  const server = createServer(async (request, reply) => {
    reply.end(request.url === '/try' ? JSON.stringify(await tryAll()) : JSON.stringify([process.pid, Number(INNER)]))
  })
  server.listen(Number(PORT), () => console.log('http://127.0.0.1:' + server.address().port))
}
`
