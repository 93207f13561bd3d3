import { join } from 'node:path'
import { notFound } from '../../error.ts'
import type { DefineCommand } from '../commands.ts'
import { type PageOptions, showPage, withPages } from '../pages.ts'
import { fields } from '../table.ts'

/** `pressroom outbox`: list, show. It reads the files of DATA_DIR, so that no server has to run. */
export const outbox: DefineCommand = (command, session) => {
  const { output } = session
  const directory = async () => join((await session.config()).dataDir, 'outbox')

  withPages(command.command('list').description('List the mail that stayed on this machine, newest first.')).action(
    async (page: PageOptions) => {
      const { listOutbox } = await import('../../outbox/reading.ts')
      const { entries, next } = await listOutbox(await directory(), page)
      showPage(output, { rows: entries, next: next ?? null }, COLUMNS, 'The outbox is empty.')
    },
  )

  command
    .command('show <id>')
    .description('Show a mail: its head and its text. --json also gives the html.')
    .action(async (id: string) => {
      const { readOutboxMail } = await import('../../outbox/reading.ts')
      const mail = await readOutboxMail(await directory(), id)
      if (!mail) throw notFound('mail in the outbox with the id', id)
      const head = Object.fromEntries(mail.headers.map(({ name, value }) => [name, value]))
      output.result(mail, () => `${fields(head)}\n\n${plainText(mail.text)}`)
    })
}

/** Text of several lines without what could move the cursor. */
function plainText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/[^\P{Cc}\n\t]/gu, ' ')
}

type Entry = { readonly id: string; readonly to: string; readonly subject: string; readonly at: Date }

const COLUMNS = [
  { title: 'ID', value: ({ id }: Entry) => id },
  { title: 'AT', value: ({ at }: Entry) => at.toISOString() },
  { title: 'TO', value: ({ to }: Entry) => to },
  { title: 'SUBJECT', value: ({ subject }: Entry) => subject },
]
