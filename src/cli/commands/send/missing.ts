import { Option } from 'commander'
import { csvLine } from '../../../csv.ts'
import type { DefineCommand } from '../../commands.ts'
import { type Page, type PageOptions, withPages } from '../../pages.ts'
import { shown, table } from '../../table.ts'
import { DELIVERY_COLUMNS, type Delivery, type Resent, resentText } from './delivery-text.ts'

type Count = { readonly kind: string; readonly reason: string | null; readonly deliveries: number }
type Missing = Page<Delivery> & { readonly counts: readonly Count[] | null }
type List = PageOptions & { readonly kind?: string; readonly reason?: string; readonly csv?: true }

/** `pressroom send missing` and `resend-missing`: who did not get it, and reaching those who can be. */
export const defineMissing: DefineCommand = (command, session) => {
  const { output } = session

  withPages(command.command('missing <id>').description('Show who did not get a send, and why.'))
    .addOption(new Option('--kind <kind>', 'Only those of one kind (default: all but undelivered).').choices(KINDS))
    .option('--reason <text>', 'Only those for one reason.')
    .option('--csv', 'All of them, as CSV.')
    .addHelpText('after', MISSING_HELP)
    .action(async (id: string, { csv: wantsCsv, ...query }: List) => {
      const path = `/sends/${encodeURIComponent(id)}/missing`
      if (!wantsCsv) return showMissing(await session.api.get<Missing>(path, { ...query }))
      const rows: Delivery[] = []
      for (let after = query.after, isFirst = true; isFirst || after !== undefined; isFirst = false) {
        const page = await session.api.get<Missing>(path, { ...query, limit: 1_000, after })
        rows.push(...page.rows)
        after = page.next ?? undefined
      }
      output.result(rows, () =>
        [CSV_COLUMNS, ...rows.map((row) => CSV_COLUMNS.map((column) => row[column]))].map(csvLine).join('\r\n'),
      )
    })

  command
    .command('resend-missing <id>')
    .description('Send to those who were refused, or left out when the send was cancelled.')
    .option('--reason <text>', 'Only to those who are missing for this reason.')
    .option('--dry-run', 'Only tell how many there are.')
    .addHelpText('after', RESEND_HELP)
    .action(async (id: string, asked: { readonly reason?: string; readonly dryRun?: true }) => {
      const path = `/sends/${encodeURIComponent(id)}/resend-missing`
      const resent = await session.api.post<Resent>(path, { json: asked })
      output.result(resent, () => resentText(id, resent, asked.dryRun === true))
    })

  function showMissing(page: Missing): void {
    const more = page.next === null ? '' : `\n\nThere is more: --after ${page.next}`
    const counts = page.counts?.length ? `${table(page.counts, COUNT_COLUMNS, '')}\n\n` : ''
    output.result(page, () => `${counts}${table(page.rows, DELIVERY_COLUMNS, 'There is nobody.')}${more}`)
  }
}

const KINDS = ['refused', 'uncertain', 'skipped', 'open', 'undelivered']
const CSV_COLUMNS = ['id', 'address', 'outcome', 'reason', 'fate'] as const

const COUNT_COLUMNS = [
  { title: 'KIND', value: ({ kind }: Count) => kind },
  { title: 'REASON', value: ({ reason }: Count) => reason },
  { title: 'READERS', value: ({ deliveries }: Count) => shown(deliveries), align: 'right' },
] as const

const MISSING_HELP = `
<id> is a send's, or "single": mail to one reader that was refused or is uncertain.
open: not decided yet; undelivered: accepted by the provider, and reported as failed, suppressed or bounced later.`

const RESEND_HELP = `
Nobody who is uncertain, left, is suppressed, was erased or has the issue from another send is written to. A send that is
sent or cancelled goes on; its other readers are not touched. <id> may be "single".`
