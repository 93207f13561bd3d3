import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { addReplay } from '../replay.ts'
import { fields, plainLine } from '../table.ts'

type Mail = {
  readonly id: string
  readonly source: string
  readonly recipient: string
  readonly sender: string | null
  readonly receivedAt: string
  readonly state: string
  readonly kind: string | null
  readonly reason: string | null
  readonly detail: string | null
  readonly deliveryId: string | null
  readonly subscriberId: string | null
}

/** `pressroom inbound`: list, show, replay, discard. */
export const inbound: DefineCommand = (command, session) => {
  const { output } = session
  command.addHelpText('after', EXAMPLES)

  withPages(command.command('list').description('List mail that came in, newest first.'))
    .addOption(new Option('--state <state>', 'Only those in one state.').choices(STATES))
    .action(async (query: PageOptions & { readonly state?: string }) => {
      const page = await session.api.get<Page<Mail>>('/inbound-mail', { ...query })
      showPage(output, page, COLUMNS, 'There is no such mail.')
    })

  command
    .command('show <id>')
    .description("Show a mail as it came, if the key is an operator's, and what was made of it.")
    .action(async (id: string) => {
      const found = await session.api.get<Mail & { readonly raw: string | null }>(
        `/inbound-mail/${encodeURIComponent(id)}`,
      )
      output.result(found, () => `${describe(found)}\n\n${found.raw === null ? HIDDEN : plainText(found.raw)}`)
    })

  addReplay(command, session, {
    path: '/inbound-mail/replay',
    counted: 'mails',
    states: STATES,
    description: 'Read mail once more, with the code of today. Nobody subscribes, confirms or leaves twice by it.',
    told: (mails) =>
      `${mails === 1 ? 'One mail is' : `${mails.toLocaleString('en')} mails are`} read again, within seconds. To see: pressroom inbound list`,
  })

  command
    .command('discard <ids...>')
    .description('Delete mail that was kept for you.')
    .action(async (ids: readonly string[]) => {
      const { mails } = await session.api.post<{ readonly mails: number }>('/inbound-mail/discard', { json: { ids } })
      output.result({ mails }, () =>
        mails === 1 ? 'One mail is gone.' : `${mails.toLocaleString('en')} mails are gone.`,
      )
    })
}

const STATES = ['received', 'applied', 'ignored', 'kept']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Mail) => id },
  { title: 'RECEIVED', value: ({ receivedAt }: Mail) => receivedAt },
  { title: 'KIND', value: ({ kind, detail }: Mail) => (kind && detail ? `${kind} (${detail})` : kind) },
  { title: 'STATE', value: ({ state, reason }: Mail) => (reason ? `${state} (${reason})` : state) },
  { title: 'TO', value: ({ recipient }: Mail) => recipient.replace(/\+[a-z2-7]{40,}@/, '+…@') },
]

const HIDDEN = 'Its content is not there any more, or shown only to keys that may read, write and send.'

function describe(mail: Mail): string {
  return fields({
    Id: mail.id,
    From: mail.sender === '' ? 'a machine that wants no answer' : (mail.sender ?? undefined),
    To: mail.recipient,
    By: mail.source,
    Received: mail.receivedAt,
    Kind: mail.kind ?? undefined,
    Says: mail.detail ?? undefined,
    State: mail.reason ? `${mail.state} (${mail.reason})` : mail.state,
    Delivery: mail.deliveryId ?? undefined,
    Subscriber: mail.subscriberId ?? undefined,
  })
}

/** A stranger's mail must not steer a terminal. */
function plainText(raw: string): string {
  return raw.split(/\r?\n/).map(plainLine).join('\n')
}

const EXAMPLES = `
States: received (to be read), applied (it changed something), ignored (an absence notice,
say), kept (not understood, or it proves nothing: yours to look at).

Examples:
  pressroom inbound list --state kept
  pressroom inbound show <id>
  pressroom inbound replay --state kept
  pressroom inbound discard <id> <id>`
