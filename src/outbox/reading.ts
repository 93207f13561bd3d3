import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeliveryId, isId } from '../id.ts'
import { fileOf } from './file.ts'
import { fromQuotedPrintable } from './quoted-printable.ts'

/** A mail in the outbox, as a list shows it. */
export type OutboxEntry = {
  readonly id: DeliveryId
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly at: Date
}

/** A mail in the outbox with all there is to it. Headers are decoded and unfolded, in their order in the file. */
export type OutboxMail = OutboxEntry & {
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly html: string
  readonly text: string
}

/** A page of the outbox, newest first; `next` is the `after` of the page behind it. */
export type OutboxPage = {
  readonly entries: readonly OutboxEntry[]
  readonly total: number
  readonly next: string | undefined
}

const HEAD_BYTES = 16 * 1024

/**
 * Lists the outbox, newest first. An outbox without a folder is empty.
 * @param page `limit` default 50; `after` is the `next` of the page before, anything else starts at the front
 */
export async function listOutbox(dir: string, page: { limit?: number; after?: string } = {}): Promise<OutboxPage> {
  const files = await filesNewestFirst(dir)
  const start = page.after === undefined ? 0 : startBehind(files, page.after)
  const shown = files.slice(start, start + (page.limit ?? 50))
  const entries = await Promise.all(shown.map(({ id }) => readEntry(dir, id)))
  const last = shown.at(-1)
  const hasMore = start + shown.length < files.length
  return {
    entries: entries.filter((entry) => entry !== undefined),
    total: files.length,
    next: last && hasMore ? `${last.writtenMs}_${last.id}` : undefined,
  }
}

/** One mail, or undefined when there is none of that id. */
export async function readOutboxMail(dir: string, id: string): Promise<OutboxMail | undefined> {
  if (!isId<'delivery'>(id)) return undefined
  const file = await readFile(fileOf(dir, id), 'latin1').catch(() => undefined)
  if (file === undefined) return undefined
  const headers = headersOf(file)
  return { ...entryOf(id, headers), headers, text: partOf(file, 'text/plain'), html: partOf(file, 'text/html') }
}

type Written = { readonly id: DeliveryId; readonly writtenMs: number }

async function filesNewestFirst(dir: string): Promise<Written[]> {
  const names = await readdir(dir).catch(() => [])
  const ids = names.filter((name) => name.endsWith('.eml')).map((name) => name.slice(0, -'.eml'.length))
  const files = await Promise.all(ids.filter(isDeliveryId).map((id) => written(dir, id)))
  return files.filter((file) => file !== undefined).sort(newestFirst)
}

/** A file that went away since the folder was read is not there. */
async function written(dir: string, id: DeliveryId): Promise<Written | undefined> {
  return stat(join(dir, `${id}.eml`)).then(
    ({ mtimeMs }) => ({ id, writtenMs: mtimeMs }),
    () => undefined,
  )
}

function newestFirst(a: Written, b: Written): number {
  if (a.writtenMs !== b.writtenMs) return b.writtenMs - a.writtenMs
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}

function startBehind(files: readonly Written[], after: string): number {
  const [writtenMs, id = ''] = after.split('_')
  const cursor = { writtenMs: Number(writtenMs), id }
  if (Number.isNaN(cursor.writtenMs) || !isDeliveryId(id)) return 0
  const start = files.findIndex((file) => newestFirst(file, { ...cursor, id }) > 0)
  return start < 0 ? files.length : start
}

async function readEntry(dir: string, id: DeliveryId): Promise<OutboxEntry | undefined> {
  const file = await open(fileOf(dir, id), 'r').catch(() => undefined)
  if (!file) return undefined
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0).finally(() => file.close())
  return entryOf(id, headersOf(buffer.toString('latin1', 0, bytesRead)))
}

function entryOf(id: DeliveryId, headers: OutboxMail['headers']): OutboxEntry {
  const value = (wanted: string) => headers.find(({ name }) => name.toLowerCase() === wanted)?.value ?? ''
  return { id, from: value('from'), to: value('to'), subject: value('subject'), at: new Date(value('date')) }
}

function headersOf(file: string): { name: string; value: string }[] {
  const head = file.split('\r\n\r\n', 1)[0] ?? ''
  const lines = head.replace(/\r\n[\t ]/g, ' ').split('\r\n')
  return lines.flatMap((line) => {
    const colon = line.indexOf(':')
    return colon < 1 ? [] : [{ name: line.slice(0, colon), value: decodeWords(line.slice(colon + 1).trim()) }]
  })
}

/** Encoded words (RFC 2047); white space between two of them belongs to neither. */
function decodeWords(value: string): string {
  const joined = value.replace(/(\?=)\s+(?==\?)/g, '$1')
  const words = /(?:=\?utf-8\?[bq]\?[^?\s]*\?=)+/gi
  return joined.replace(words, (run) => Buffer.concat(run.split('?==?').map(wordBytes)).toString('utf8'))
}

/** The bytes of one word; a character may begin in one and end in the next. */
function wordBytes(word: string): Buffer {
  const [, encoding = '', text = ''] = /(?:utf-8\?)([bq])\?([^?]*)/i.exec(word) ?? []
  if (encoding.toLowerCase() === 'b') return Buffer.from(text, 'base64')
  const spaced = text.replace(/_/g, ' ')
  const raw = spaced.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(raw, 'latin1')
}

function partOf(file: string, type: string): string {
  const boundary = /boundary="([^"]+)"/.exec(file)?.[1]
  const parts = boundary === undefined ? [] : file.split(`\r\n--${boundary}`)
  const part = parts.find((candidate) => candidate.startsWith(`\r\nContent-Type: ${type}`)) ?? ''
  return fromQuotedPrintable(part.slice(part.indexOf('\r\n\r\n') + 4))
}

function isDeliveryId(text: string): text is DeliveryId {
  return isId<'delivery'>(text)
}
