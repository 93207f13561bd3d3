import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outboxListPage, outboxMailPage } from './pages.ts'
import { listOutbox, type OutboxEntry, readOutboxMail } from './reading.ts'

const LISTED = 1_000
const AT_A_TIME = 16

/**
 * Writes `index.html` into the outbox, with a page for each of the newest 1,000 mails beside it: they open from the
 * folder, without a server. A mail never changes, so a page that is there is left alone. Returns the index's path.
 */
export async function writeOutboxIndex(dir: string): Promise<string> {
  const { entries, total } = await listOutbox(dir, { limit: LISTED })
  await mkdir(join(dir, 'pages'), { recursive: true })
  const waiting = entries.values()
  await Promise.all(Array.from({ length: AT_A_TIME }, () => writePages(dir, waiting)))
  const index = join(dir, 'index.html')
  await writeFile(index, outboxListPage(entries, total, { mail: ({ id }) => `pages/${id}.html` }))
  return index
}

async function writePages(dir: string, waiting: Iterable<OutboxEntry>): Promise<void> {
  for (const { id } of waiting) {
    const file = join(dir, 'pages', `${id}.html`)
    if (await isThere(file)) continue
    const mail = await readOutboxMail(dir, id)
    if (mail) await writeFile(file, outboxMailPage(mail, { list: '../index.html', file: `../${id}.eml` }))
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
