import './production.ts'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { BARS } from './bars.ts'
import { type Figure, figure, figureTable } from './figure.ts'
import { measurements } from './measurements.ts'
import { leaving } from './servers.ts'

const USAGE = `npm run bench -- [options]
  --only <text>       only the figures whose name holds it
  --recipients <n>    readers of the sends that are timed (default 50,000)
  --quick             5,000 of them, 100,000 where a million is meant, 10 s where a minute is; targets stay
  --json              ends with one line of JSON: an array of {name, value, unit, target, holds}
  --cpu-prof <dir>    writes a processor profile of the worker there`

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    recipients: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const { quick } = options
const recipients = Number(options.recipients ?? (quick ? 5_000 : 50_000))
const sizes = { recipients, manyReaders: quick ? 100_000 : 1_000_000, paceSeconds: quick ? 10 : 60 }
const bars = BARS.filter(({ name }) => name.includes(options.only))

if (options.help) console.log(USAGE)
else if (!Number.isInteger(recipients) || recipients < 1 || bars.length === 0) {
  console.error(
    bars.length === 0 ? `No figure's name holds "${options.only}".` : 'Expected --recipients to be a whole number.',
  )
  process.exitCode = 1
} else await run()

/** Measures what was asked for. Nothing it started is left, whether it ends well, badly or by Ctrl-C. */
async function run(): Promise<void> {
  const leave = leaving()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => leave.now().finally(() => process.exit(130)))
  }
  const say = (line: string) => console.error(line)
  const measured = measurements({ ...sizes, profileDir: options['cpu-prof'] }, leave, say)
  const figures: Figure[] = []
  try {
    say(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'processor'}, load ${load()}`)
    for (const bar of bars) {
      const value = await bar.measure(measured)
      if (value !== null) figures.push(figure(bar, value))
    }
    say(`load ${load()}`)
  } finally {
    await leave.now()
  }
  console.log(figureTable(figures))
  if (options.json) console.log(JSON.stringify(figures))
}

function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')
}
