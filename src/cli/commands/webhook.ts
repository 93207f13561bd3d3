import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { addReplay } from '../replay.ts'
import { fields, plainLine } from '../table.ts'

type Event = {
  readonly id: string
  readonly provider: string
  readonly eventId: string
  readonly type: string | null
  readonly occurredAt: string
  readonly receivedAt: string
  readonly state: string
  readonly reason: string | null
  readonly deliveryId: string | null
  readonly verdict: string | null
}

/** `pressroom webhook`: list, show, replay. */
export const webhook: DefineCommand = (command, session) => {
  const { output } = session
  command.addHelpText('after', EXAMPLES)

  withPages(command.command('list').description('List what the provider told about mail, newest first.'))
    .addOption(new Option('--state <state>', 'Only those in one state.').choices(STATES))
    .option('--delivery <id>', 'Only those about one delivery.')
    .action(async (query: PageOptions & { readonly state?: string; readonly delivery?: string }) => {
      const page = await session.api.get<Page<Event>>('/webhook-events', { ...query })
      showPage(output, page, COLUMNS, 'There is no such event.')
    })

  command
    .command('show <id>')
    .description("Show an event as it came, if the key is an operator's, and what came of it.")
    .action(async (id: string) => {
      const found = await session.api.get<Event & { readonly raw: string | null }>(
        `/webhook-events/${encodeURIComponent(id)}`,
      )
      output.result(found, () => `${describe(found)}\n\n${found.raw === null ? HIDDEN : plainLine(found.raw)}`)
    })

  addReplay(command, session, {
    path: '/webhook-events/replay',
    counted: 'events',
    states: STATES,
    description: 'Apply stored events once more. What was applied before is not done twice.',
    told: (events) =>
      `${events === 1 ? 'One event is' : `${events.toLocaleString('en')} events are`} applied again, within seconds. To see: pressroom webhook list`,
  })
}

const STATES = ['received', 'early', 'applied', 'foreign', 'ignored']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Event) => id },
  { title: 'RECEIVED', value: ({ receivedAt }: Event) => receivedAt },
  { title: 'TYPE', value: ({ type }: Event) => type },
  { title: 'STATE', value: ({ state, reason }: Event) => (reason ? `${state} (${reason})` : state) },
  { title: 'DELIVERY', value: ({ deliveryId }: Event) => deliveryId },
]

const HIDDEN = 'Its content is shown to keys that may read, write and send.'

function describe(event: Event): string {
  return fields({
    Id: event.id,
    Event: `${event.provider} ${event.eventId}`,
    Type: event.type,
    Occurred: event.occurredAt,
    Received: event.receivedAt,
    State: event.reason ? `${event.state} (${event.reason})` : event.state,
    Delivery: event.deliveryId,
    Address: event.verdict ?? undefined,
  })
}

const EXAMPLES = `
States: received (to be applied), early (waits for its delivery), applied, foreign (about
no mail of ours), ignored (says nothing that is acted on).

Examples:
  pressroom webhook list --state foreign
  pressroom webhook list --delivery <id>
  pressroom webhook replay <id> <id>
  pressroom webhook replay --state foreign --since 2026-12-01`
