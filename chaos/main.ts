import '../bench/production.ts'
import { parseArgs } from 'node:util'
import { leaving } from './leaving.ts'
import { runScenarios } from './run.ts'
import { SCENARIOS } from './scenarios.ts'
import { keepLogs, openSite } from './site.ts'
import { totalOf } from './table.ts'

const USAGE = `npm run chaos -- [options]
  --short          the run of CI: every scenario, a few minutes
  --only <text>    only the scenarios whose name holds it (${SCENARIOS.map(({ name }) => name).join(', ')})
  --seed <n>       repeats the choices of an earlier run; what they meet is timing, which nothing repeats
  --json           ends with one line of JSON: kills, faults, recipients, accepted, refused, uncertain, skipped, lost, duplicated`

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const scenarios = SCENARIOS.filter(({ name }) => name.includes(options.only))
const seed = Number(options.seed ?? Date.now() % 1_000_000)

if (options.help) console.log(USAGE)
else if (scenarios.length === 0 || !Number.isInteger(seed)) {
  console.error(scenarios.length === 0 ? `No scenario's name holds "${options.only}".` : 'Expected --seed to be whole.')
  process.exitCode = 2
} else await run()

/** Nothing it started is left, whether it ends well, badly or by Ctrl-C. */
async function run(): Promise<void> {
  const leave = leaving()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => leave.now().finally(() => process.exit(130)))
  }
  process.once('uncaughtException', (error) => {
    console.error(error)
    leave.now().finally(() => process.exit(1))
  })
  const say = (line: string) => console.error(line)
  try {
    say(`seed ${seed}`)
    const site = await openSite(seed, leave)
    say(`Node ${process.version}, PostgreSQL ${site.postgres.version}, ${site.redis ? 'Redis' : 'no Redis'}`)
    const rows = await runScenarios(site, scenarios, options.short ? 'short' : 'long', say)
    const findings = rows.flatMap(({ name, findings }) => findings.map((finding) => `${name}: ${finding}`))
    for (const finding of findings) say(finding)
    if (findings.length > 0) say(`The logs of all processes are in ${await keepLogs(site)}`)
    const total = totalOf(rows)
    if (options.json) console.log(JSON.stringify(total))
    process.exitCode = findings.length > 0 || total.lost > 0 || total.duplicated > 0 ? 1 : 0
  } finally {
    await leave.now()
  }
}
