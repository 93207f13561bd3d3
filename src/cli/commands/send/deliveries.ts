import { Option } from 'commander'
import type { DefineCommand } from '../../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../../pages.ts'
import { DELIVERY_COLUMNS, type Delivery } from './delivery-text.ts'

/** `pressroom send deliveries`: what became of each recipient. */
export const defineDeliveries: DefineCommand = (command, session) => {
  withPages(command.command('deliveries <id>').description('List what became of each recipient of a send.'))
    .addOption(new Option('--outcome <outcome>', 'Only those with one outcome.').choices(OUTCOMES))
    .action(async (id: string, query: PageOptions & { readonly outcome?: string }) => {
      const path = `/sends/${encodeURIComponent(id)}/deliveries`
      const page = await session.api.get<Page<Delivery>>(path, { ...query })
      showPage(session.output, page, DELIVERY_COLUMNS, 'There is no such delivery.')
    })
}

const OUTCOMES = ['planned', 'submitting', 'accepted', 'refused', 'uncertain', 'skipped']
