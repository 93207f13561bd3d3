import { readdir } from 'node:fs/promises'

/** What the other side took: the oracle. */
export type Accepted = {
  readonly messages: number
  /** Acceptances by delivery id. */
  readonly byDelivery: Readonly<Record<string, number>>
  /** Acceptances by `<send id> <address>`, where that is known: a reader written to under two delivery ids shows here. */
  readonly byReader: Readonly<Record<string, number>>
}

/** What every process that takes mail answers. */
export type SinkAnswers = {
  readonly url: string
  readonly putForward: null
  readonly accepted: Accepted
  /** Connections that were cut. */
  readonly cut: number
  readonly down: null
  readonly up: null
  /** Each for whoever it is that it befalls next. */
  readonly addFaults: null
  /** How many of them have befallen nobody yet. */
  readonly pendingFaults: number
  /** Forgets those, where that can be done; held calls go on. */
  readonly endFaults: null
}

/** The outbox is a folder: a file a delivery, whose name is its id. What was never renamed was not taken. */
export async function readOutbox(directory: string): Promise<Accepted> {
  const files = await readdir(directory).catch(() => [])
  const ids = files.filter((name) => !name.startsWith('.') && name.endsWith('.eml')).map((name) => name.slice(0, -4))
  return { messages: ids.length, byDelivery: Object.fromEntries(ids.map((id) => [id, 1])), byReader: {} }
}
