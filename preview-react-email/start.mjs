// `npm run preview:react-email`: React Email's own preview on our templates, so that it can neither post a mail to
// react.email nor follow the links in it.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openEntrance } from './entrance.mjs'
import { canTakeNetworkAway, endGroup, startFenced } from './fenced.mjs'

const HERE = import.meta.dirname
const HELP = `Usage: npm run preview:react-email -- [options]

React Email's own preview of the templates in emails/, with no way out to the network.

  --dir <folder>   The templates (EMAILS_DIR, else emails/).
  --port <port>    The port to listen on, on loopback; 0 takes a free one. Default 3101.
  --fence <kind>   "system": take the network away, or refuse (Linux); "process": refuse connections inside Node.
                   Default: both where the system can, else "process".

Pressroom's own preview shows the mail as it is sent: npm run preview.`

let child
let folder
let isEnding = false

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    port: { type: 'string', default: '3101' },
    fence: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const emails = resolve(values.dir ?? process.env.EMAILS_DIR ?? join(HERE, '..', 'emails'))
requireInstalled()
requireFolder()
const withoutNetwork = chooseFence()
folder = mkdtempSync(join(tmpdir(), 'pressroom-react-email-'))
const door = process.platform === 'win32' ? `\\\\.\\pipe\\${folder.replaceAll(/[\\/:]/g, '-')}` : join(folder, 'door')

const cli = join(HERE, 'node_modules', 'react-email', 'dist', 'cli', 'index.mjs')
child = startFenced([cli, 'dev', '--dir', relative(HERE, emails), '--esbuild-plugins', './plugins.mjs'], {
  withoutNetwork,
  door,
  // It looks for @react-email/ui from here.
  cwd: HERE,
  stdio: ['pipe', process.env.DEBUG ? 'inherit' : 'ignore', 'inherit'],
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0))
child.on('exit', () => {
  if (!isEnding) fail("React Email's preview ended by itself. Start it once more with DEBUG=1 to see what it says.", 1)
})
child.on('error', (error) => fail(`React Email's preview cannot be started: ${error.message}.`, 1))

await ready()
const entrance = await openEntrance({ door, port: Number(values.port) }).catch((error) =>
  fail(
    `The preview cannot listen on port ${values.port}: ${error.code}. Choose another with --port, or 0 for a free one.`,
    3,
  ),
)
const how = withoutNetwork ? 'it has no network' : 'its processes refuse every connection beyond this machine'
console.log(`React Email: http://127.0.0.1:${entrance.address().port}  (${how}; Ctrl-C stops it)`)

function requireInstalled() {
  const [cliVersion, uiVersion] = ['react-email', '@react-email/ui'].map(versionOf)
  if (cliVersion === undefined || uiVersion === undefined) {
    fail(
      "React Email's own preview is not installed. It is apart from Pressroom, because it takes 480 MB.\n" +
        'Install it once:  npm ci --prefix preview-react-email',
      3,
    )
  }
  // With unequal ones it asks a question nobody hears, serves nothing, and ends as if all were well.
  if (cliVersion !== uiVersion) {
    fail(
      `react-email is ${cliVersion} and @react-email/ui is ${uiVersion}; it serves nothing unless they are the same.\n` +
        'Set both to one version in preview-react-email/package.json, then:  npm install --prefix preview-react-email',
      2,
    )
  }
}

function versionOf(name) {
  const file = join(HERE, 'node_modules', name, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

function requireFolder() {
  if (!existsSync(emails)) fail(`There is no folder ${emails}. Name one with --dir.`, 2)
}

function chooseFence() {
  if (values.fence !== undefined && !['system', 'process'].includes(values.fence)) {
    fail(`--fence is "system" or "process", not ${values.fence}.`, 2)
  }
  if (values.fence === 'process') return false
  const can = canTakeNetworkAway()
  if (values.fence === 'system' && !can) fail('This system does not let a process be started without network.', 2)
  return can
}

/** Resolves when it answers at its door. */
async function ready() {
  while (!(await answers())) await sleep(100)
}

function answers() {
  return new Promise((done) => {
    const asked = request({ socketPath: door, path: '/', method: 'HEAD' }, (answer) => {
      answer.resume()
      done(true)
    })
    asked.on('error', () => done(false))
    asked.end()
  })
}

function fail(message, code) {
  console.error(message)
  end(code)
}

function end(code) {
  isEnding = true
  if (child) endGroup(child)
  if (folder) rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
