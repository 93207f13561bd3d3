import { listOutbox, type OutboxMail, readOutboxMail } from '../../src/outbox/reading.ts'
import type { Installation } from './installation.ts'

/** Every mail in the outbox, newest first. */
export async function outboxOf({ app }: Installation): Promise<readonly OutboxMail[]> {
  const { outboxDir } = app
  if (outboxDir === null) throw new Error('This installation has no outbox.')
  const { entries } = await listOutbox(outboxDir, { limit: 10_000 })
  const mails = await Promise.all(entries.map((entry) => readOutboxMail(outboxDir, entry.id)))
  return mails.filter((mail) => mail !== undefined)
}

/** The first link to `path` in a mail, on the address at which the installation listens. */
export function inPlaceOf({ app, url }: Installation, text: string, path: string): string {
  const start = text.indexOf(`${app.publicUrl}${path}`)
  const link = /^[^\s>)]+/.exec(text.slice(start))?.[0]
  if (start < 0 || !link) throw new Error(`There is no link to ${path}.`)
  return link.replace(app.publicUrl, url)
}

/** Opens a page like a mail scanner does; gives its status. */
export async function get(url: string): Promise<number> {
  const response = await fetch(url, { redirect: 'manual' })
  await response.arrayBuffer()
  return response.status
}

/** Submits a form without cookies; gives the status. */
export async function post(url: string, fields: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  await response.arrayBuffer()
  return response.status
}
