import { createHash } from 'node:crypto'
import { editionHash } from '../../src/edition/compile.ts'
import type { Edition } from '../../src/edition/edition.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import { keepEditions } from '../../src/edition/keep.ts'
import type { IssueId, SendId } from '../../src/id.ts'
import { createLinks } from '../../src/links.ts'
import type { Newsletter } from '../../src/newsletter/newsletter.ts'
import type { Body, CallAnswer, FrozenBatch, Provider } from '../../src/provider/provider.ts'
import type { Bell, Queue } from '../../src/queue/queue.ts'
import { type DeliverDeps, type DeliverStep, deliverDue } from '../../src/send/deliver.ts'
import { prepareSend } from '../../src/send/prepare.ts'
import { createTurns } from '../../src/send/turn.ts'
import { createPostgresStore } from '../../src/store/postgres/store.ts'
import type { Store } from '../../src/store/store.ts'
import { createTokens } from '../../src/subscriber/token.ts'
import { FakeClock } from './clock.ts'
import { type TestDatabase, testLog } from './database.ts'
import { importRows } from './import-rows.ts'

/** A provider in memory that keeps what it accepted by delivery id, knows keys like Resend, and says what it is told to. */
export class ScriptedProvider implements Provider {
  readonly name = 'outbox'
  account = 'scripted'
  wire = 'scripted-1'
  flags = { idempotent: true, batch: true, reportsEvents: false, leavesMachine: false }
  limits = { maxRecipients: 10, maxBodyBytes: 4_000_000, requestsPerSecond: 1_000, deadlineMs: 60_000 }
  /** Acceptances by delivery id: more than one is a broken promise. */
  readonly accepted = new Map<string, number>()
  readonly calls: { readonly key: string; readonly sha256: string }[] = []
  /** Answers for the next calls; `lost_after` accepts, then loses the answer. Empty: accept. */
  readonly script: (CallAnswer | 'accept' | 'lost_after' | 'hang')[] = []
  /** Refuses any batch that holds this address, as a whole. */
  badAddress: string | undefined
  readonly #keys = new Map<string, { readonly sha256: string; readonly answer: CallAnswer }>()

  assemble(edition: Edition, batch: FrozenBatch): Body {
    const messages = batch.recipients.map(({ deliveryId, address, values }) => ({
      deliveryId,
      to: address,
      from: batch.from,
      ...fillEdition(edition, { ...batch.shared, ...values }),
    }))
    const bytes = Buffer.from(JSON.stringify(messages))
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
  }

  async submit(body: Body, { idempotencyKey, signal }: { idempotencyKey: string; signal: AbortSignal }) {
    this.calls.push({ key: idempotencyKey, sha256: body.sha256 })
    const next = this.script.shift()
    if (next === 'hang') return this.#hang(signal)
    if (next === 'lost_after') {
      this.#accept(body, idempotencyKey)
      return { answer: { kind: 'lost', detail: 'cut' } as const }
    }
    return { answer: next === undefined || next === 'accept' ? this.#accept(body, idempotencyKey) : next }
  }

  async check() {
    return { ok: true, detail: 'scripted' }
  }

  /** Addresses and html of everything accepted so far. */
  readonly mails: {
    readonly deliveryId: string
    readonly to: string
    readonly html: string
    readonly subject: string
  }[] = []

  #accept(body: Body, key: string): CallAnswer {
    const known = this.flags.idempotent ? this.#keys.get(key) : undefined
    if (known) return known.sha256 === body.sha256 ? known.answer : { kind: 'key_mismatch', detail: 'other bytes' }
    const messages: { deliveryId: string; to: string; html: string; subject: string }[] = JSON.parse(
      Buffer.from(body.bytes).toString('utf8'),
    )
    if (messages.some((message) => message.to === this.badAddress)) return { kind: 'invalid', detail: 'bad address' }
    for (const message of messages) {
      this.accepted.set(message.deliveryId, (this.accepted.get(message.deliveryId) ?? 0) + 1)
      this.mails.push(message)
    }
    const answer: CallAnswer = {
      kind: 'answered',
      messages: messages.map(({ deliveryId }) => ({ kind: 'accepted', providerMessageId: `m-${deliveryId}` })),
    }
    this.#keys.set(key, { sha256: body.sha256, answer })
    return answer
  }

  async #hang(signal: AbortSignal): Promise<{ answer: CallAnswer }> {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    return { answer: { kind: 'lost', detail: 'aborted' } }
  }
}

/** A queue that only notes who rang. */
export class SilentQueue implements Queue {
  readonly backend = 'postgres'
  readonly rung: Bell[] = []
  async enqueue(bell: Bell) {
    this.rung.push(bell)
    return true
  }
  async enqueueMany(bells: readonly Bell[]) {
    this.rung.push(...bells)
    return true
  }
  async consume() {
    return { stop: async () => undefined }
  }
  async drain() {}
  async check() {
    return { ok: true, detail: 'silent' }
  }
  async close() {}
}

/** Everything a send needs, on one test database, without rendering. */
export type Sending = DeliverDeps & {
  readonly store: Store
  readonly provider: ScriptedProvider
  readonly queue: SilentQueue
  readonly clock: FakeClock
  readonly newsletter: Newsletter
  readonly issueId: IssueId
  /** A send of the issue, due now. */
  schedule(how?: { readonly again?: boolean; readonly at?: Date; readonly spreadSeconds?: number }): Promise<SendId>
  /** The same, with its audience frozen. */
  prepared(): Promise<SendId>
  never: AbortSignal
}

const links = createLinks({ publicUrl: 'https://news.example.com', tokens: createTokens(['a secret for tests only']) })

/** Builds a newsletter with `readers` confirmed readers (reader0@example.com …) and one issue. */
export async function openSending(
  database: TestDatabase,
  options: {
    readonly readers?: number
    readonly reach?: (step: DeliverStep) => Promise<void> | void
    /** The provider takes one message at a time, and knows no keys. */
    readonly oneByOne?: true
  } = {},
): Promise<Sending> {
  const clock = new FakeClock()
  await clock.attach(database.pool)
  const store = createPostgresStore(database.pool)
  const provider = new ScriptedProvider()
  if (options.oneByOne) provider.flags = { ...provider.flags, idempotent: false, batch: false }
  const queue = new SilentQueue()
  await store.pace.ensure({ account: provider.account, name: provider.name, requestsPerSecond: 1_000 })
  const newsletter = await makeNewsletter(store)
  await addReaders(store, newsletter, options.readers ?? 25)
  const issue = await store.issues.create({
    newsletterId: newsletter.id,
    subject: 'Hello',
    preheader: 'A short one',
    template: 'article',
    articleIds: [],
  })
  const edition = sampleEdition()
  await store.editions.put(edition)
  const readEdition = keepEditions(store.editions)
  const turns = createTurns(store.pace, provider.account, clock)
  const deps = {
    ...{ store, provider, queue, clock, links, readEdition, log: testLog },
    ...{ worker: 'w1', turns, reach: options.reach },
  }
  const schedule: Sending['schedule'] = async (how = {}) => {
    const created = await store.sends.create({
      issueId: issue.id,
      newsletterId: newsletter.id,
      scheduledAt: how.at ?? clock.now(),
      graceSeconds: 6 * 3_600,
      spreadSeconds: how.spreadSeconds ?? null,
      again: how.again ?? false,
      editions: [{ variant: 'main', locale: null, editionHash: edition.hash }],
      idempotency: undefined,
    })
    if (created.kind !== 'created') throw new Error(`The send was not created: ${created.kind}.`)
    return created.send.id
  }
  const prepared = async () => {
    const id = await schedule()
    await prepareSend(deps, id)
    return id
  }
  return { ...deps, newsletter, issueId: issue.id, schedule, prepared, never: new AbortController().signal }
}

/** Delivers, and lets time pass whenever that waits for its next slot. */
export async function deliverInTime(sending: Sending): Promise<void> {
  let working = true
  const stopped = () => {
    working = false
  }
  const delivering = deliverDue(sending, sending.never)
  delivering.then(stopped, stopped)
  while (working) {
    // In a call two sleepers watch its lease and deadline; one alone waits for a slot.
    if (sending.clock.sleeping === 1) await sending.clock.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await delivering
}

/** A newsletter that may be sent. */
export async function makeNewsletter(store: Store, slug = 'morning-brief'): Promise<Newsletter> {
  const newsletter = await store.newsletters.create({
    slug,
    name: 'Morning Brief',
    fromName: 'Mara Ellison',
    fromAddress: 'mara@example.com',
    replyTo: null,
    postalAddress: '1 Quay Street, Port Hale',
    homepage: null,
    locale: 'en',
    timeZone: 'UTC',
  })
  if (!newsletter) throw new Error('The newsletter exists already.')
  return newsletter
}

/** Adds confirmed readers `reader<from>@example.com` and on. */
export async function addReaders(store: Store, newsletter: Newsletter, count: number, from = 0): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const address = `reader${from + index}@example.com`
    return { address, addressKey: address, firstName: `Reader ${from + index}`, attributes: {} }
  })
  await importRows(store.imports, newsletter.id, rows)
}

/** A small edition with every kind of slot. */
export function sampleEdition(): Edition {
  const name = { slot: { kind: 'text', name: 'first_name', fallback: 'there' }, context: 'html' } as const
  const url = (slot: string) => ({ slot: { kind: 'url', name: slot }, context: 'url' }) as const
  const content: Omit<Edition, 'hash'> = {
    template: 'article',
    locale: 'en',
    subject: ['Hello'],
    html: ['<p>Hello ', name, '</p><a href="', url('unsubscribe'), '">leave</a><a href="', url('view'), '">view</a>'],
    text: ['Hello ', { ...name, context: 'text' }],
    headers: [{ name: 'List-Unsubscribe', value: ['<', url('one_click'), '>'] }],
  }
  return { hash: editionHash(content), ...content }
}
