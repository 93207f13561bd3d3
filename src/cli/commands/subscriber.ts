import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { fields, shown } from '../table.ts'
import { defineExport } from './subscriber/export.ts'
import { findSubscriber, type Subscriber } from './subscriber/find.ts'
import { defineImport } from './subscriber/import.ts'
import { definePersonalData } from './subscriber/personal-data.ts'

type Asked = { readonly newsletter: string; readonly firstName?: string; readonly locale?: string }
type List = PageOptions & { readonly newsletter?: string; readonly status?: string }

/** `pressroom subscriber`: add, import, show, list, unsubscribe, evidence, export-data, erase. */
export const subscriber: DefineCommand = (command, session) => {
  const { output } = session
  command.addHelpText('after', EXAMPLES)

  command
    .command('add <address>')
    .description('Ask somebody to confirm: they get a confirmation mail and are a reader once they have confirmed.')
    .requiredOption('--newsletter <newsletter>', 'Slug or id of the newsletter.')
    .option('--first-name <name>', 'What they are called.')
    .option('--locale <tag>', "Their language, such as de or de-AT (default: the newsletter's).")
    .action(async (email: string, asked: Asked) => {
      const heard = await session.api.post('/subscribers', { json: { ...asked, email } })
      output.result(heard, () => 'Unless they are a reader or suppressed, a confirmation mail is on its way.')
    })

  defineImport(command, session)
  defineExport(command, session)

  command
    .command('show <who>')
    .description('Show a subscriber, by address or id.')
    .action(async (who: string) => {
      const found = await findSubscriber(session.api, who)
      output.result(found, () => describe(found))
    })

  withPages(command.command('list').description('List subscribers, newest first.'))
    .option('--newsletter <newsletter>', 'Only those of one newsletter.')
    .addOption(new Option('--status <status>', 'Only those whose subscription is so.').choices(STATUSES))
    .action(async (query: List) => {
      const page = await session.api.get<Page<Subscriber>>('/subscribers', { ...query })
      showPage(output, page, COLUMNS, 'There is no such subscriber.')
    })

  command
    .command('unsubscribe <who>')
    .description('End a subscription for somebody who asked for it, by address or id. It takes effect at once.')
    .requiredOption('--newsletter <newsletter>', 'Slug or id of the newsletter.')
    .action(async (who: string, { newsletter }: { readonly newsletter: string }) => {
      const { id } = await findSubscriber(session.api, who)
      const left = await session.api.post<Subscriber>(`/subscribers/${id}/unsubscribe`, { json: { newsletter } })
      output.result(left, () => `They get no more mail of ${newsletter}.`)
    })

  definePersonalData(command, session)
}

const STATUSES = ['pending', 'confirmed', 'unsubscribed']

const COLUMNS = [
  { title: 'ID', value: ({ id }: Subscriber) => id },
  { title: 'ADDRESS', value: ({ address }: Subscriber) => address },
  { title: 'FIRST NAME', value: ({ firstName }: Subscriber) => firstName || '-' },
  { title: 'SUBSCRIPTIONS', value: ({ subscriptions }: Subscriber) => subscriptions.map(({ status }) => status) },
]

function describe(found: Subscriber): string {
  const about = {
    Id: found.id,
    Address: found.address,
    'First name': found.firstName || '-',
    Locale: found.locale ?? undefined,
    'Time zone': found.timeZone ?? undefined,
    Since: found.createdAt,
  }
  const subscriptions = found.subscriptions.map(({ newsletterId, status, pausedUntil }) =>
    [newsletterId, shown(status), pausedUntil && `paused until ${pausedUntil}`].filter(Boolean).join('  '),
  )
  return `${fields({ ...about, ...found.attributes })}\n\n${['Subscriptions', ...subscriptions].join('\n  ')}`
}

const EXAMPLES = `
Examples:
  pressroom subscriber add ada@example.com --newsletter daily --first-name Ada
  pressroom subscriber import readers.csv --newsletter daily --source "sign-up sheets, spring fair 2026" --dry-run
  pressroom subscriber export --newsletter daily --out readers.csv
  pressroom subscriber show ada@example.com`
