import type { DefineCommand } from '../../commands.ts'
import { showProgress } from '../../progress.ts'
import { openInput } from '../../read-input.ts'
import { fields, plainLine, shown } from '../../table.ts'

type Options = {
  readonly newsletter: string
  readonly source: string
  readonly emailColumn?: string
  readonly firstNameColumn?: string
}
type Report = {
  readonly rows: number
  readonly added: number
  readonly updated: number
  readonly keptUnsubscribed: number
  readonly suppressed: number
  readonly problemCount: number
  readonly problems: readonly { readonly line: number; readonly reason: string }[]
}

/** `pressroom subscriber import`: readers from a CSV file. */
export const defineImport: DefineCommand = (command, session) => {
  const { output, terminal } = session
  command
    .command('import <file>')
    .description('Subscribe the people of a CSV file, who agreed elsewhere, as confirmed; - reads stdin.')
    .requiredOption('--newsletter <newsletter>', 'Slug or id of the newsletter.')
    .requiredOption('--source <text>', 'Where and how they agreed to be written to; kept with each of them.')
    .option('--email-column <name>', 'The column of addresses, when its name does not say so.')
    .option('--first-name-column <name>', 'The column of first names, when its name does not say so.')
    .addHelpText('after', HELP)
    .action(async (file: string, options: Options) => {
      const { parts, bytes } = await openInput(file, terminal)
      const progress = showProgress(terminal, 'bytes')
      const counted =
        bytes === undefined || bytes < WORTH_WATCHING || output.isJson
          ? parts
          : counting(parts, (done) => progress.update(done, bytes))
      const report = await session.api
        .post<Report>('/subscribers/import', { query: queryOf(options), body: { type: 'text/csv', bytes: counted } })
        .finally(() => progress.stop())
      for (const { line, reason } of report.problems) output.warn(plainLine(`${file}:${line}: ${reason}`))
      output.result(report, () => describe(report))
    })
}

// Smaller files are in before anybody could look.
const WORTH_WATCHING = 1_000_000

function queryOf({ newsletter, source, emailColumn, firstNameColumn }: Options) {
  return { newsletter, consentSource: source, email: emailColumn, firstName: firstNameColumn }
}

async function* counting(parts: AsyncIterable<Uint8Array>, onPart: (done: number) => void): AsyncIterable<Uint8Array> {
  let done = 0
  for await (const part of parts) {
    yield part
    done += part.byteLength
    onPart(done)
  }
}

function describe(report: Report): string {
  const unlisted = report.problemCount - report.problems.length
  const more = unlisted > 0 ? `\n${shown(unlisted)} more rows have problems that are not listed.` : ''
  return `${fields({
    Rows: report.rows,
    Added: report.added,
    Updated: report.updated,
    'Left earlier, kept so': report.keptUnsubscribed,
    'Suppressed, kept so': report.suppressed,
    'Not taken in': report.problemCount,
  })}${more}`
}

const HELP = `
The first line names the columns. Besides address and first name, all of them are kept. Rows that are wrong are listed
with their line and the reason, and the good ones go in; importing a file again changes nothing.`
