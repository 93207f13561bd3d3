import type { DefineCommand } from '../commands.ts'
import { plainLine, table } from '../table.ts'

type Templates = {
  readonly rows: readonly { readonly name: string; readonly kind: string; readonly hasOwnText: boolean }[]
  readonly broken: readonly { readonly name: string; readonly error: string }[]
}

/** `pressroom template`: list. */
export const template: DefineCommand = (command, session) => {
  command
    .command('list')
    .description('List the templates, and those that cannot be used.')
    .action(async () => {
      const found = await session.api.get<Templates>('/templates')
      for (const { name, error } of found.broken) session.output.warn(plainLine(`${name} cannot be used: ${error}`))
      session.output.result(found, () => table(found.rows, COLUMNS, 'There is no template that can be used.'))
    })
}

type Row = Templates['rows'][number]

const COLUMNS = [
  { title: 'NAME', value: ({ name }: Row) => name },
  { title: 'FOR', value: ({ kind }: Row) => (kind === 'issue' ? 'an issue' : 'mail to one reader') },
  { title: 'TEXT PART', value: ({ hasOwnText }: Row) => (hasOwnText ? 'its own' : 'made from the html') },
]
