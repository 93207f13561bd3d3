import type { DefineCommand } from '../../commands.ts'
import { confirm } from '../../confirm.ts'
import { fields, shown } from '../../table.ts'
import { findSubscriber } from './find.ts'

type Entry = {
  readonly newsletter: string
  readonly action: string
  readonly at: string
  readonly source: string
  readonly form: string | null
  readonly wording: string | null
  readonly wordingVersion: string | null
  readonly ipHash: string | null
  readonly userAgent: string | null
  readonly detail: unknown
  readonly message: { readonly deliveryId: string; readonly outcome: string; readonly updatedAt: string } | null
}
type Evidence = { readonly address: string; readonly entries: readonly Entry[] }
type Erasure = {
  readonly wasSubscriber: boolean
  readonly deliveries: number
  readonly providerEvents: number
  readonly inboundMail: number
  readonly underWay: number
}

/** `pressroom subscriber evidence`, `export-data` and `erase`: what one person may ask for. */
export const definePersonalData: DefineCommand = (command, session) => {
  const { output } = session
  command
    .command('evidence <who>')
    .description('Show what a subscriber agreed to, when and how, by address or id.')
    .action(async (who: string) => {
      const { id } = await findSubscriber(session.api, who)
      const evidence = await session.api.get<Evidence>(`/subscribers/${id}/evidence`)
      output.result(evidence, () => [evidence.address, ...evidence.entries.map(describe)].join('\n\n'))
    })

  command
    .command('export-data <who>')
    .description('Print everything that is kept about a subscriber, by address or id, as JSON.')
    .action(async (who: string) => {
      const { id } = await findSubscriber(session.api, who)
      const data = await session.api.get<object>(`/subscribers/${id}/data`)
      output.result(data, () => JSON.stringify(data, null, 2))
    })

  command
    .command('erase <address>')
    .description('Take away everything that tells of a person. It cannot be undone.')
    .option('--yes', 'Do not ask.')
    .action(async (address: string, { yes }: { readonly yes?: true }) => {
      if (!yes) await confirm(session, 'This takes away everything that tells of this address, for ever.')
      const done = await session.api.post<Erasure>('/subscribers/erase', { json: { address } })
      output.result(done, () => `${HEADS[done.wasSubscriber ? 'known' : 'unknown']}\n\n${describeErasure(done)}`)
    })
}

const HEADS = {
  known: 'They are erased. A salted hash of the address is kept, so that no import brings them back.',
  unknown: 'They were no subscriber. A salted hash of the address is kept, so that no import brings them in.',
}

function describeErasure(done: Erasure): string {
  const waiting = `in ${shown(done.underWay)} batches at the provider, until it has answered; a day at most`
  return fields({
    Deliveries: done.deliveries,
    'Provider events': done.providerEvents,
    'Mails that came in': done.inboundMail,
    'Still held': done.underWay > 0 ? waiting : undefined,
  })
}

function describe({ newsletter, action, at, message, ...how }: Entry): string {
  const { source, form, wording, wordingVersion, ipHash, userAgent, detail } = how
  return fields({
    At: at,
    What: `${action} ${newsletter}`,
    By: source,
    Where: form ?? undefined,
    Wording: wording ?? undefined,
    Version: wordingVersion ?? undefined,
    Change: detail ?? undefined,
    'Asked back by': message ? `mail ${message.deliveryId}, ${message.outcome}, ${message.updatedAt}` : undefined,
    'IP (hashed)': ipHash ?? undefined,
    'User agent': userAgent ?? undefined,
  })
}
