import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { type ImportOptions, importFile, withFile } from '../importing.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { writeLines } from '../write-lines.ts'

type Suppression = {
  readonly id: string
  readonly addressKey: string
  readonly newsletterId: string | null
  readonly reason: string
  readonly source: string
  readonly createdAt: string
}
type Lifted = Suppression & { readonly liftedAt: string; readonly liftedBy: string; readonly why: string | null }
type List = PageOptions & { readonly address?: string; readonly newsletter?: string; readonly reason?: string }
type Given = { readonly newsletter?: string; readonly reason?: string; readonly source?: string }

/** `pressroom suppression`: list, add, lift, lifted, import, export. */
export const suppression: DefineCommand = (command, session) => {
  const { output } = session

  withPages(command.command('list').description('List suppressions, newest first.'))
    .option('--address <address>', 'Only those of one address.')
    .option('--newsletter <newsletter>', 'Only those for one newsletter alone.')
    .addOption(new Option('--reason <reason>', 'Only those of one reason.').choices([...REASONS, 'erased', 'provider']))
    .action(async (query: List) => {
      const page = await session.api.get<Page<Suppression>>('/suppressions', { ...query })
      showPage(output, page, COLUMNS, 'Nothing is suppressed.')
    })

  command
    .command('add <address>')
    .description('Never write to an address again. It takes effect before the command ends.')
    .option('--newsletter <newsletter>', 'Only by one newsletter (default: by none at all).')
    .addOption(new Option('--reason <reason>', 'Why (default: manual).').choices(REASONS))
    .option('--source <text>', 'Who or what says so (default: the key).')
    .action(async (address: string, given: Given) => {
      const made = await session.api.post<Suppression>('/suppressions', { json: { address, ...given } })
      output.result(made, () => `The address is suppressed. To lift that: pressroom suppression lift ${made.id}`)
    })

  command
    .command('lift <id>')
    .description('Lift a suppression: the address may be written to again. That is kept, with who did it.')
    .option('--why <text>', 'Why; kept with it.')
    .action(async (id: string, { why }: { readonly why?: string }) => {
      await session.api.delete(`/suppressions/${encodeURIComponent(id)}`, { why })
      output.result({ id, lifted: true }, () => 'The suppression is lifted.')
    })

  withPages(command.command('lifted').description('List what was lifted, the latest first: by whom, and why.'))
    .option('--address <address>', 'Only of one address.')
    .action(async (query: PageOptions & { readonly address?: string }) => {
      const page = await session.api.get<Page<Lifted>>('/suppressions/lifted', { ...query })
      showPage(output, page, LIFTED_COLUMNS, 'Nothing was lifted.')
    })

  withFile(command.command('import <file>'))
    .description('Suppress every address of a CSV file, whatever else it says; - reads stdin.')
    .option('--newsletter <newsletter>', 'Only by one newsletter (default: by none at all).')
    .addOption(new Option('--reason <reason>', 'Why, where a row does not say (default: manual).').choices(REASONS))
    .option('--source <text>', 'Who or what says so (default: the key).')
    .action(async (file: string, { newsletter, reason, source, ...options }: Given & ImportOptions) => {
      await importFile(session, file, { path: '/suppressions/import', query: { newsletter, reason, source } }, options)
    })

  command
    .command('export')
    .description('Write the suppressions for every newsletter as CSV, which an import reads back.')
    .option('--newsletter <newsletter>', 'Those for one newsletter alone instead.')
    .option('--out <file>', 'Where to write it (default: stdout).')
    .action(async ({ out, ...query }: { readonly newsletter?: string; readonly out?: string }) => {
      await writeLines(session, session.api.lines('GET', '/suppressions/export', { query, accept: 'text/csv' }), out)
    })
}

const REASONS = ['manual', 'bounced', 'complained']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Suppression) => id },
  { title: 'ADDRESS', value: ({ addressKey }: Suppression) => addressKey },
  { title: 'NEWSLETTER', value: ({ newsletterId }: Suppression) => newsletterId ?? 'every' },
  { title: 'REASON', value: ({ reason }: Suppression) => reason },
  { title: 'SOURCE', value: ({ source }: Suppression) => source },
  { title: 'SINCE', value: ({ createdAt }: Suppression) => createdAt },
]

const LIFTED_COLUMNS = [
  ...COLUMNS.slice(1),
  { title: 'LIFTED', value: ({ liftedAt }: Lifted) => liftedAt },
  { title: 'BY', value: ({ liftedBy }: Lifted) => liftedBy },
  { title: 'WHY', value: ({ why }: Lifted) => why },
]
