import { Option } from 'commander'
import type { DefineCommand } from '../../commands.ts'
import { writeLines } from '../../write-lines.ts'

type Options = { readonly newsletter?: string; readonly status?: string; readonly out?: string }

/** `pressroom subscriber export`: subscriptions into a CSV file. */
export const defineExport: DefineCommand = (command, session) => {
  command
    .command('export')
    .description('Write all subscriptions as CSV, which spreadsheets can open and an import reads back.')
    .option('--newsletter <newsletter>', 'Only those of one newsletter.')
    .addOption(new Option('--status <status>', 'Only those that are so.').choices(STATUSES))
    .option('--out <file>', 'Where to write it (default: stdout).')
    .action(async ({ out, ...query }: Options) => {
      await writeLines(session, session.api.lines('GET', '/subscribers/export', { query, accept: 'text/csv' }), out)
    })
}

const STATUSES = ['pending', 'confirmed', 'unsubscribed']
