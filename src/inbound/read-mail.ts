import { startThread } from '../thread/start.ts'
import { createThread } from '../thread/thread.ts'
import type { ParsedMail } from './parse.ts'

/** Mails that nobody made to be slow take some milliseconds. */
const DEADLINE_MS = 2_000

const thread = createThread<Uint8Array, ParsedMail | null>(() => startThread('parse-thread', import.meta.url))

/**
 * `parseMail` in a thread of its own, for some hostile mails of a few hundred kB take minutes. Null: it is beyond the
 * parser's limits, or took longer than 2 s.
 */
export async function readMail(raw: Uint8Array): Promise<ParsedMail | null> {
  const outcome = await thread.run(raw, DEADLINE_MS)
  return outcome.kind === 'done' ? outcome.answer : null
}
