import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { type Page, showPage } from '../pages.ts'

type Key = {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: string
  readonly lastUsedAt: string | null
}
type Create = { readonly name: string; readonly scope: readonly string[] }

/** `pressroom key`: create, list, revoke. */
export const key: DefineCommand = (command, session) => {
  const { output } = session
  command.addHelpText('after', EXAMPLES)

  command
    .command('create')
    .description('Make a key for the API. It is shown this once.')
    .requiredOption('--name <name>', 'Whom or what it is for.')
    .addOption(new Option('--scope <scopes...>', 'What it may do.').choices(SCOPES).default(['read']))
    .action(async ({ name, scope }: Create) => {
      const made = await session.api.post<Key & { readonly key: string }>('/keys', { json: { name, scopes: scope } })
      output.note(`Key ${made.id} may ${made.scopes.join(', ')}. Keep it: it is shown this once.`)
      output.result(made, () => made.key)
    })

  command
    .command('list')
    .description('List the keys; the keys themselves are not kept.')
    .action(async () => {
      const page = await session.api.get<Page<Key>>('/keys')
      showPage(output, page, COLUMNS, 'There is no key.')
    })

  command
    .command('revoke <id>')
    .description('Revoke a key, at once.')
    .action(async (id: string) => {
      await session.api.delete(`/keys/${encodeURIComponent(id)}`)
      output.result({ id, revoked: true }, () => 'The key is revoked.')
    })
}

const SCOPES = ['read', 'write', 'send']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Key) => id },
  { title: 'NAME', value: ({ name }: Key) => name },
  { title: 'MAY', value: ({ scopes }: Key) => scopes },
  { title: 'LAST USED', value: ({ lastUsedAt }: Key) => lastUsedAt ?? 'never' },
]

const EXAMPLES = `
Examples:
  pressroom key create --name "our web site" --scope read write
  export PRESSROOM_KEY=$(pressroom key create --name deploy --scope read write send)`
