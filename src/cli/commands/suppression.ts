import type { DefineCommand } from '../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'

type Suppression = {
  readonly id: string
  readonly addressKey: string
  readonly newsletterId: string | null
  readonly reason: string
  readonly source: string
  readonly createdAt: string
}

/** `pressroom suppression`: list, add, lift. */
export const suppression: DefineCommand = (command, session) => {
  const { output } = session

  withPages(command.command('list').description('List suppressions, newest first.'))
    .option('--address <address>', 'Only those of one address.')
    .action(async (query: PageOptions & { readonly address?: string }) => {
      const page = await session.api.get<Page<Suppression>>('/suppressions', { ...query })
      showPage(output, page, COLUMNS, 'Nothing is suppressed.')
    })

  command
    .command('add <address>')
    .description('Never write to an address again. It takes effect before the command ends.')
    .option('--newsletter <newsletter>', 'Only by one newsletter (default: by none at all).')
    .action(async (address: string, { newsletter }: { readonly newsletter?: string }) => {
      const made = await session.api.post<Suppression>('/suppressions', { json: { address, newsletter } })
      output.result(made, () => `The address is suppressed. To lift that: pressroom suppression lift ${made.id}`)
    })

  command
    .command('lift <id>')
    .description('Lift a suppression: the address may be written to again.')
    .action(async (id: string) => {
      await session.api.delete(`/suppressions/${encodeURIComponent(id)}`)
      output.result({ id, lifted: true }, () => 'The suppression is lifted.')
    })
}

const COLUMNS = [
  { title: 'ID', value: ({ id }: Suppression) => id },
  { title: 'ADDRESS', value: ({ addressKey }: Suppression) => addressKey },
  { title: 'NEWSLETTER', value: ({ newsletterId }: Suppression) => newsletterId ?? 'every' },
  { title: 'REASON', value: ({ reason }: Suppression) => reason },
  { title: 'SINCE', value: ({ createdAt }: Suppression) => createdAt },
]
