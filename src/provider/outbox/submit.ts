import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { fileOf } from '../../outbox/file.ts'
import { mimeOf } from '../mime.ts'
import type { Submission } from '../provider.ts'
import { acceptedAnswer, lostAnswer, messagesOf, type OutboxMessage, unreachableAnswer } from './answers.ts'

const ABORTED: Submission = { answer: { kind: 'lost', detail: 'aborted' } }

/**
 * Writes one file a message. A file that is there already stays as it is, whatever call wrote it. A mail survives the
 * death of the process; that it survives a power cut is not promised for each one.
 */
export async function writeBatch(
  bytes: Uint8Array,
  dir: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Submission> {
  if (signal.aborted) return ABORTED
  const messages = messagesOf(bytes)
  try {
    await mkdir(dir, { recursive: true })
  } catch (error) {
    return { answer: unreachableAnswer(error) }
  }
  try {
    const date = clock.now()
    await allOf(messages.map((message) => writeOnce(message, dir, date, signal)))
    await settleFolder(dir)
  } catch (error) {
    return signal.aborted ? ABORTED : { answer: lostAnswer(error) }
  }
  return signal.aborted ? ABORTED : { answer: acceptedAnswer(messages) }
}

async function writeOnce(message: OutboxMessage, dir: string, date: Date, signal: AbortSignal): Promise<void> {
  const file = fileOf(dir, message.deliveryId)
  if (await exists(file)) return
  const draft = join(dir, `.${message.deliveryId}.${randomUUID()}.tmp`)
  try {
    await writeFile(draft, mimeOf({ ...message, messageId: `${message.deliveryId}@pressroom.local`, date }), { signal })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Waits for every one of them, also when one has failed: nothing is still being written when the call ends. */
async function allOf(writes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((write) => write.status === 'rejected')
  if (failed) throw failed.reason
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** Once a call, not once a file: 1,000 mails would wait seconds for a slow disk. Windows cannot do it to a folder. */
async function settleFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(dir, 'r')
  await folder.sync().finally(() => folder.close())
}
