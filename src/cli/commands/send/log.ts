import type { DefineCommand } from '../../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../../pages.ts'

type Entry = {
  readonly sendId: string | null
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly actor: string
  readonly at: string
}

/** `pressroom send log`: who did what. */
export const defineLog: DefineCommand = (command, session) => {
  withPages(command.command('log [id]').description('Show what operators did about a send, or about anything.')).action(
    async (id: string | undefined, query: PageOptions) => {
      const path = id === undefined ? '/log' : `/sends/${encodeURIComponent(id)}/log`
      const page = await session.api.get<Page<Entry>>(path, { ...query })
      const columns = id === undefined ? [...COLUMNS, SEND] : COLUMNS
      showPage(session.output, page, columns, 'Nobody did anything yet.')
    },
  )
}

const COLUMNS = [
  { title: 'AT', value: ({ at }: Entry) => at },
  { title: 'ACTION', value: ({ action }: Entry) => action },
  { title: 'BY', value: ({ actor }: Entry) => actor },
  { title: 'DETAIL', value: ({ detail }: Entry) => detail },
]
const SEND = { title: 'SEND', value: ({ sendId }: Entry) => sendId }
