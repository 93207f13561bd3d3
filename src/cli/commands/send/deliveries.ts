import { Option } from 'commander'
import type { DefineCommand } from '../../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../../pages.ts'

type Delivery = {
  readonly id: string
  readonly address: string | null
  readonly outcome: string
  readonly reason: string | null
  readonly fate: string | null
}

/** `pressroom send deliveries`: what became of each recipient. */
export const defineDeliveries: DefineCommand = (command, session) => {
  withPages(command.command('deliveries <id>').description('List what became of each recipient of a send.'))
    .addOption(new Option('--outcome <outcome>', 'Only those with one outcome.').choices(OUTCOMES))
    .action(async (id: string, query: PageOptions & { readonly outcome?: string }) => {
      const path = `/sends/${encodeURIComponent(id)}/deliveries`
      const page = await session.api.get<Page<Delivery>>(path, { ...query })
      showPage(session.output, page, COLUMNS, 'There is no such delivery.')
    })
}

const OUTCOMES = ['planned', 'submitting', 'accepted', 'refused', 'uncertain', 'skipped']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Delivery) => id },
  { title: 'ADDRESS', value: ({ address }: Delivery) => address },
  { title: 'OUTCOME', value: ({ outcome }: Delivery) => outcome },
  { title: 'REASON', value: ({ reason }: Delivery) => reason },
  { title: 'FATE', value: ({ fate }: Delivery) => fate },
]
