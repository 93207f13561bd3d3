import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Command } from 'commander'
import { csvLine } from '../csv.ts'
import type { ApiRequest } from './api.ts'
import { confirm } from './confirm.ts'
import { collect } from './numbers.ts'
import { showProgress } from './progress.ts'
import { openInput } from './read-input.ts'
import type { Session } from './session.ts'
import { fields, plainLine, shown, table } from './table.ts'
import { openOutput } from './write-lines.ts'

/** What every command that imports a file can be asked. */
export type ImportOptions = {
  readonly column?: readonly string[]
  readonly means?: readonly string[]
  readonly dryRun?: true
  readonly report?: string
  readonly yes?: true
}

type Row = { readonly line: number; readonly address?: string; readonly why: string; readonly reason: string }
type Column = { readonly column: string; readonly becomes: string }
type Status = { readonly column: string; readonly value: string; readonly means: string; readonly rows: number }

/** What became of a file, as the API tells it; without problems where they were all written into a file. */
export type Imported = {
  readonly rows: number
  readonly added: number
  readonly updated: number
  readonly unsubscribed: number
  readonly suppressed: number
  readonly notTaken: number
  readonly because: readonly { readonly why: string; readonly rows: number }[]
  readonly problems?: readonly Row[]
  readonly reading: {
    readonly service: string | null
    readonly columns: readonly Column[]
    readonly statuses: readonly Status[]
  }
}

/** Adds what can be said about a file to a command. */
export function withFile(command: Command): Command {
  return command
    .option('--column <field=name>', 'Which column is what, such as email="E-Mail"; again for more.', collect)
    .option('--means <cell=meaning>', 'What a status means, such as churned=unsubscribed; again for more.', collect)
    .option('--dry-run', 'Only show what the file is taken for, and what would become of it.')
    .option('--report <file>', 'Write every row that is not taken, and why, into a CSV file.')
    .option('--yes', 'Do not ask.')
    .addHelpText('after', HELP)
}

const HELP = `
Fields: email, first_name, locale, time_zone, status, since. Meanings: confirmed, unconfirmed, unsubscribed, suppressed,
bounced, complained. At a terminal you are shown what the file was taken for, and asked, before anything is written.
Importing a file again changes nothing.`

/**
 * Imports a file through the API, after it was looked at if somebody is there to look. Says what became of it.
 * @throws AppError `invalid_input` when the file is refused, or not wanted after all
 */
export async function importFile(
  { api, output, terminal }: Session,
  file: string,
  to: { readonly path: string; readonly query: NonNullable<ApiRequest['query']> },
  { column, means, dryRun, report, yes }: ImportOptions,
): Promise<void> {
  const post = async (isDry: boolean, reportTo: string | undefined): Promise<Imported> => {
    const progress = showProgress(terminal, isDry ? 'bytes looked at' : 'bytes')
    const { parts, bytes = 0 } = await openInput(file, terminal)
    const isLong = bytes >= WORTH_WATCHING && !output.isJson
    const counted = isLong ? counting(parts, (done) => progress.update(done, bytes)) : parts
    const query = {
      ...to.query,
      column,
      means,
      name: file === '-' ? undefined : basename(file),
      dryRun: isDry || undefined,
    }
    const request = { query, body: { type: 'text/csv', bytes: counted } }
    try {
      if (reportTo === undefined) return await api.post<Imported>(to.path, request)
      const out = await openOutput(resolve(terminal.directory, reportTo), reportTo)
      return await writeReport(api.lines('POST', to.path, { ...request, accept: 'application/x-ndjson' }), out)
    } finally {
      progress.stop()
    }
  }
  const isAsked = terminal.isInteractive && !output.isJson && file !== '-' && !yes && !dryRun
  if (isAsked) {
    const expected = await post(true, undefined)
    output.note(`${describeReading(expected)}\n\n${describe(expected)}\n`)
    await confirm({ terminal, output }, 'Nothing was written yet.')
  }
  const done = await post(dryRun === true, report)
  for (const { line, reason } of done.problems ?? []) output.warn(plainLine(`${file}:${line}: ${reason}`))
  output.result(done, () =>
    dryRun ? `${describeReading(done)}\n\n${describe(done)}\n\nNothing was written.` : describe(done),
  )
}

// Smaller files are in before anybody could look.
const WORTH_WATCHING = 1_000_000

async function* counting(parts: AsyncIterable<Uint8Array>, onPart: (done: number) => void): AsyncIterable<Uint8Array> {
  let done = 0
  for await (const part of parts) {
    yield part
    done += part.byteLength
    onPart(done)
  }
}

/** Writes rows as CSV while they come; the last line is no row but the report. */
async function writeReport(lines: AsyncIterable<string>, out: WriteStream): Promise<Imported> {
  let report: Imported | undefined
  out.write('line,address,why,reason\r\n')
  for await (const line of lines) {
    const told: Row | Imported = JSON.parse(line)
    if ('rows' in told) report = told
    else if (!out.write(`${csvLine([String(told.line), told.address ?? '', told.why, told.reason])}\r\n`))
      await once(out, 'drain')
  }
  out.end()
  await finished(out)
  if (report === undefined) throw new Error('The answer ended before its report.')
  return report
}

function describe({ because, problems = [], ...done }: Imported): string {
  const whys = because.map(({ why, rows }) => [`  ${WHY[why] ?? why}`, rows])
  const isListed = problems.length > 0 && problems.length < done.notTaken
  const more = isListed
    ? `\n${shown(done.notTaken - problems.length)} more rows are not listed; --report lists them all.`
    : ''
  return `${fields({
    Rows: done.rows,
    Added: done.added,
    Updated: done.updated,
    'Left there, kept out': done.unsubscribed || undefined,
    Suppressed: done.suppressed || undefined,
    'Not taken': done.notTaken,
    ...Object.fromEntries(whys),
  })}${more}`
}

const WHY: Readonly<Record<string, string>> = {
  duplicate: 'in the file before',
  kept_unsubscribed: 'left earlier, kept so',
  kept_suppressed: 'suppressed, kept so',
  kept_confirmed: 'left there, confirmed here',
  erased: 'erased on request',
  other_newsletter: 'of another newsletter',
  unconfirmed: 'not confirmed there',
  unknown_status: 'status not known',
  not_valid: 'not valid',
  unreadable: 'not readable',
}

function describeReading({ reading: { service, columns, statuses } }: Imported): string {
  const whose = service === null ? [] : [`It looks like an export of ${service}.`]
  const said = statuses.length === 0 ? ['No column says a status.'] : [table(statuses, STATUS_COLUMNS, '')]
  return [...whose, table(columns, COLUMNS, ''), ...said].join('\n\n')
}

const COLUMNS = [
  { title: 'COLUMN', value: ({ column }: Column) => column },
  { title: 'IS TAKEN FOR', value: ({ becomes }: Column) => becomes },
]

const STATUS_COLUMNS = [
  { title: 'COLUMN', value: ({ column }: Status) => column },
  { title: 'SAYS', value: ({ value }: Status) => value },
  { title: 'MEANS', value: ({ means }: Status) => (means === 'unknown' ? 'not known: say so with --means' : means) },
  { title: 'ROWS', value: ({ rows }: Status) => shown(rows), align: 'right' },
] as const
