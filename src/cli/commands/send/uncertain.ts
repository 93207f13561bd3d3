import { Option } from 'commander'
import { AppError } from '../../../error.ts'
import type { DefineCommand } from '../../commands.ts'
import { confirm } from '../../confirm.ts'
import { type Page, type PageOptions, showPage, withPages } from '../../pages.ts'
import { shown } from '../../table.ts'
import { DELIVERY_COLUMNS, type Delivery, type Resent, readers, resentText } from './delivery-text.ts'

type Options = PageOptions & {
  readonly mark?: 'accepted' | 'refused'
  readonly resend?: true
  readonly all?: true
  readonly yes?: true
}
type Marked = { readonly deliveries: number; readonly notUncertain: number }

/** `pressroom send uncertain`: what nobody can know but the operator, and the operator's answer. */
export const defineUncertain: DefineCommand = (command, session) => {
  const { output } = session

  withPages(
    command
      .command('uncertain <id> [deliveries...]')
      .description('Show readers of whom nobody knows whether they have it; decide about them.'),
  )
    .addOption(new Option('--mark <outcome>', 'You found out: the provider took it, or did not.').choices(OUTCOMES))
    .addOption(new Option('--resend', 'Send it once more. Readers may get it twice.').conflicts('mark'))
    .option('--all', 'Decide about all of them, instead of those named.')
    .option('--yes', 'Resend without being asked.')
    .addHelpText('after', HELP)
    .action(async (id: string, deliveries: readonly string[], { mark, resend, all, yes, ...page }: Options) => {
      const path = `/sends/${encodeURIComponent(id)}`
      if (!mark && !resend) {
        if (deliveries.length > 0 || all) throw new AppError('invalid_input', 'Add --mark or --resend to decide.')
        const found = await session.api.get<Page<Delivery>>(`${path}/missing`, { ...page, kind: 'uncertain' })
        return showPage(output, found, DELIVERY_COLUMNS, 'Nobody is uncertain.')
      }
      if (deliveries.length > 0 === (all === true)) {
        throw new AppError('invalid_input', 'Name deliveries, or add --all.')
      }
      const chosen = all ? { all } : { deliveries }
      if (mark) return markAs(path, mark, chosen)
      const ask = (dryRun: boolean) =>
        session.api.post<Resent>(`${path}/uncertain/resend`, { json: { ...chosen, dryRun } })
      if (!yes) {
        const { deliveries: count } = await ask(true)
        if (count > 0) await confirm(session, `${readers(count)} may get it twice.`)
      }
      const resent = await ask(false)
      output.result(resent, () => resentText(id, resent, false))
    })

  async function markAs(path: string, as: string, chosen: object): Promise<void> {
    const marked = await session.api.post<Marked>(`${path}/uncertain/mark`, { json: { as, ...chosen } })
    const others = marked.notUncertain === 0 ? '' : ` ${shown(marked.notUncertain)} of those named are not uncertain.`
    output.result(marked, () => `Marked as ${as}: ${readers(marked.deliveries)}.${others}`)
  }
}

const OUTCOMES = ['accepted', 'refused']

const HELP = `
<id> is a send's, or "single": mail to one reader. Look the message up at the provider, or ask the reader; then say what
became of it. A proof that comes from the provider later counts, whatever was marked. Those marked as refused are among
those that "send resend-missing" writes to.

Examples:
  pressroom send uncertain <id>
  pressroom send uncertain <id> <delivery> <delivery> --mark accepted
  pressroom send uncertain <id> --all --resend`
