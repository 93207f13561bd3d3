import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { collect, duration, wholeNumber } from '../numbers.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { blockText, fatesLine, outcomeLine, type Send, type SendWithProgress } from '../send-text.ts'
import { fields, plainLine } from '../table.ts'
import { defineDeliveries } from './send/deliveries.ts'
import { defineLog } from './send/log.ts'
import { defineMissing } from './send/missing.ts'
import { defineUncertain } from './send/uncertain.ts'
import { defineWatch } from './send/watch.ts'

type Noted = Send & { readonly note: string | null }
type Create = {
  readonly at: string
  readonly zone?: string
  readonly again?: true
  readonly graceSeconds?: number
  readonly spread?: number
  readonly idempotencyKey?: string
  readonly allow?: readonly string[]
}
type List = PageOptions & { readonly newsletter?: string; readonly state?: string }

/** `pressroom send`: scheduling, steering and looking after sends. */
export const send: DefineCommand = (command, session) => {
  const { output } = session
  const path = (id: string) => `/sends/${encodeURIComponent(id)}`
  command.addHelpText('after', EXAMPLES)

  command
    .command('create <issue>')
    .description('Schedule a send of an issue. What goes out is the issue as it is now.')
    .requiredOption('--at <time>', 'now, 2026-12-01T07:00+01:00, or a local time such as "2026-12-01 07:00".')
    .option('--zone <zone>', "The zone of a local time, such as Europe/Berlin (default: the newsletter's).")
    .option('--again', 'Send an issue once more, to those who cannot have it yet.')
    .option('--grace-seconds <s>', 'How late it may start (default: 6 hours).', wholeNumber(60, 30 * 86_400))
    .option('--spread <duration>', 'Spread it evenly over a time such as 90m, 3h or 2d.', duration)
    .option('--allow <rule>', 'Send in spite of this check (pressroom check names them); again for more.', collect)
    .option('--idempotency-key <key>', 'Asking again with the same key makes no second send.')
    .action(async (issue: string, { idempotencyKey, spread, ...asked }: Create) => {
      const headers: Record<string, string> = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
      const made = await session.api.post<Noted>('/sends', {
        json: { ...asked, spreadSeconds: spread, issue },
        headers,
      })
      if (made.note) output.warn(plainLine(`Note: ${made.note}`))
      output.result(made, () => `Scheduled for ${made.scheduledAt}.\n\n${describe(made)}\n\n${watchHint(made)}`)
    })

  withPages(command.command('list').description('List sends, newest first.'))
    .option('--newsletter <newsletter>', 'Only those of one newsletter.')
    .addOption(new Option('--state <state>', 'Only those in one state.').choices(STATES))
    .action(async (query: List) => {
      const page = await session.api.get<Page<Send>>('/sends', { ...query })
      showPage(output, page, COLUMNS, 'There is no such send.')
    })

  command
    .command('show <id>')
    .description('Show a send and what became of its recipients.')
    .action(async (id: string) => {
      const found = await session.api.get<SendWithProgress>(path(id))
      const held = found.blocked ? plainLine(blockText(found.blocked)) : null
      const told = [outcomeLine(found.progress), fatesLine(found.fates), held, missingHint(found)]
      const lines = told.filter((line) => line !== null)
      output.result(found, () => `${describe(found)}\n\n${lines.join('\n')}`)
    })

  defineWatch(command, session)

  command
    .command('reschedule <id>')
    .description('Move a scheduled send to another time.')
    .requiredOption('--at <time>', 'As for create.')
    .option('--zone <zone>', 'As for create.')
    .action(async (id: string, time: { readonly at: string; readonly zone?: string }) => {
      const moved = await session.api.patch<Noted>(path(id), time)
      if (moved.note) output.warn(plainLine(`Note: ${moved.note}`))
      output.result(moved, () => `Moved to ${moved.scheduledAt}.`)
    })

  command
    .command('refresh <id>')
    .description('Take later edits of its issue into a scheduled send.')
    .option('--allow <rule>', 'As for create; what was allowed stays allowed.', collect)
    .action(async (id: string, { allow }: { readonly allow?: readonly string[] }) => {
      const moved = await session.api.post<Send>(`${path(id)}/refresh`, { json: { allow } })
      output.result(moved, () => `The issue as it is now is what goes out. It is ${moved.state}.`)
    })

  for (const [move, description, done] of MOVES) {
    command
      .command(`${move} <id>`)
      .description(description)
      .action(async (id: string) => {
        const moved = await session.api.post<Send>(`${path(id)}/${move}`)
        output.result(moved, () => `${done} It is ${moved.state}.`)
      })
  }

  defineDeliveries(command, session)
  defineMissing(command, session)
  defineUncertain(command, session)
  defineLog(command, session)
}

const MOVES = [
  ['pause', 'Pause a send; calls that are under way finish.', 'No new mail of it leaves.'],
  ['resume', 'Go on with a paused send.', 'It goes on.'],
  ['cancel', 'End a send for good; who has not been written to is skipped.', 'No new mail of it leaves.'],
] as const

const STATES = ['scheduled', 'preparing', 'sending', 'paused', 'sent', 'cancelled', 'missed']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Send) => id },
  { title: 'STATE', value: ({ state }: Send) => state },
  { title: 'SCHEDULED', value: ({ scheduledAt }: Send) => scheduledAt },
  { title: 'RECIPIENTS', value: ({ recipients }: Send) => recipients, align: 'right' },
] as const

function describe(found: Send): string {
  return fields({
    Id: found.id,
    Issue: found.issueId,
    State: found.state,
    Scheduled: found.scheduledAt,
    Finished: found.finishedAt ?? undefined,
    Spread: found.spreadSeconds ? `over ${(found.spreadSeconds / 3_600).toFixed(1)} hours` : undefined,
    Again: found.again ? 'to those who cannot have it yet' : undefined,
    Allowed: found.allowedChecks.length > 0 ? `in spite of ${found.allowedChecks.join(', ')}` : undefined,
    Editions: found.editions.map(
      ({ locale, editionHash }) => `${locale ?? "newsletter's"} ${editionHash.slice(0, 12)}`,
    ),
  })
}

function missingHint({ id, state, progress: { refused, uncertain, skipped } }: SendWithProgress): string | null {
  const areMissing = refused + uncertain > 0 || (state === 'cancelled' && skipped > 0)
  return areMissing ? `Who did not get it, and why: pressroom send missing ${id}` : null
}

function watchHint({ id }: Send): string {
  return `To see it go out: pressroom send watch ${id}`
}

const EXAMPLES = `
Examples:
  pressroom send create <issue id> --at now
  pressroom send create <issue id> --at "2026-12-01 07:00" --zone Europe/Berlin
  pressroom send watch <id>
  pressroom send missing <id>
  pressroom send resend-missing <id> --dry-run`
