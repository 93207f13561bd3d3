import { createHash } from 'node:crypto'
import type { Edition, SlotValues } from '../edition/edition.ts'
import { oneLine } from '../edition/escape.ts'
import { valueNamed } from '../edition/slot-names.ts'
import { appendJsonMessage, ByteSink, jsonInside, type PreparedEdition, prepareEdition } from '../edition/wire.ts'
import type { BodyMemory } from './body-memory.ts'
import type { Body, FrozenBatch, FrozenRecipient } from './provider.ts'
import { wireAddress } from './wire-address.ts'

const NEWLINE = 0x0a
const ROOM_PER_MESSAGE = 1_024

/**
 * A batch as a JSON array of messages, one a line, in the field names of Resend's API: `from`, `to`, `reply_to`,
 * `subject`, `html`, `text`, `headers`, `tags`. The first tag of each is `delivery`. Everything is put together from
 * pieces that were escaped once. The order of names in `tags` and slot values has no influence, because a row does not
 * keep it. `memory`: where the bytes are put; default: memory of their own.
 * @throws AppError `invalid_input` when a URL that a message needs is missing or unsafe
 */
export function jsonBody(edition: Edition, batch: FrozenBatch, memory?: BodyMemory): Body {
  const prepared = preparedOnce(edition)
  const size = sizeAbout(edition, batch)
  const sink = new ByteSink(memory?.take(size) ?? Buffer.allocUnsafeSlow(size))
  const sender = senderJson(batch)
  const tags = tagsJson(batch)
  const look = lookUp(prepared.names, batch.shared)
  for (const [index, recipient] of batch.recipients.entries()) {
    sink.text(index === 0 ? '[\n{' : ',\n{')
    sink.text(`${sender}"to":["${jsonInside(wireAddress(recipient.address))}"],`)
    appendJsonMessage(prepared, look(recipient), sink)
    sink.text(`,"tags":[{"name":"delivery","value":"${jsonInside(recipient.deliveryId)}"}${tags}]}`)
  }
  sink.text(batch.recipients.length === 0 ? '[]' : ']')
  const bytes = sink.view()
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The values of one recipient after the other, in one object: a new one for each costs more than filling the message. */
function lookUp(names: readonly string[], shared: SlotValues): (recipient: FrozenRecipient) => SlotValues {
  // Without a prototype, `__proto__` is a name like any other.
  const values: Record<string, string> = Object.create(null)
  return ({ values: own }) => {
    for (const name of names) values[name] = valueNamed(own, name) ?? valueNamed(shared, name) ?? ''
    return values
  }
}

const known = new WeakMap<Edition, PreparedEdition>()

function preparedOnce(edition: Edition): PreparedEdition {
  const prepared = known.get(edition) ?? prepareEdition(edition)
  known.set(edition, prepared)
  return prepared
}

/** How many messages a body of `jsonBody` holds: it has a line break in front of each, and none inside of any. */
export function countMessages(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}

function senderJson({ from, replyTo }: FrozenBatch): string {
  const sender = `"from":"${jsonInside(oneLine(from))}",`
  return replyTo === undefined ? sender : `${sender}"reply_to":"${jsonInside(oneLine(replyTo))}",`
}

function tagsJson({ tags }: FrozenBatch): string {
  const others = Object.entries(tags).filter(([name]) => name !== 'delivery')
  const sorted = others.sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([name, value]) => `,{"name":"${jsonInside(name)}","value":"${jsonInside(value)}"}`).join('')
}

/** Close to what the body will take; when it is not enough, the buffer grows. */
function sizeAbout(edition: Edition, { recipients }: FrozenBatch): number {
  const literals = [edition.subject, edition.html, edition.text].flat().filter((piece) => typeof piece === 'string')
  const chars = literals.reduce((sum, literal) => sum + literal.length, 0)
  return Math.ceil((chars * 1.1 + ROOM_PER_MESSAGE) * recipients.length) + ROOM_PER_MESSAGE
}
