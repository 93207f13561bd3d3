import { createHash } from 'node:crypto'
import { newId } from '../src/id.ts'
import { type BodyMemory, createBodyMemory } from '../src/provider/body-memory.ts'
import type { Body, FrozenBatch } from '../src/provider/provider.ts'
import { assembleResendBatch } from '../src/provider/resend/assemble.ts'
import { createResendProvider } from '../src/provider/resend/provider.ts'
import { inRounds, median } from './rounds.ts'
import { newsletter, type SamplePage, sampleEdition, sampleLinks, sampleReaders, sampleValues } from './sample.ts'

export type Assembling = {
  /** GB (10^9 bytes) a second, the sha256 included: as it is called. */
  readonly hashed: number
  /** The same without the time that the sha256 of the same bytes takes. */
  readonly plain: number
  readonly bodyBytes: number
}

const ROUNDS = 9
const BATCHES_A_ROUND = 20

/**
 * Bodies of batches as the Resend provider makes them when a batch is frozen, and again when it is in doubt: in the
 * memory of those that have left.
 */
export async function assemble(page: SamplePage): Promise<Assembling> {
  const memory = createBodyMemory()
  const { make } = await bodies(page, memory)
  const bytes = Buffer.from(make(0).bytes)
  const timings = await inRounds(ROUNDS, [
    { times: BATCHES_A_ROUND, work: (index) => memory.giveBack(make(index).bytes) },
    { times: BATCHES_A_ROUND, work: () => createHash('sha256').update(bytes).digest('hex') },
  ])
  const rate = (msABody: (round: readonly number[]) => number) => bytes.length / median(timings.map(msABody)) / 1e6
  return {
    hashed: rate(([made = Number.NaN]) => made),
    plain: rate(([made = Number.NaN, hash = Number.NaN]) => made - hash),
    bodyBytes: bytes.length,
  }
}

/** Makes bodies of 100 messages each; `make(n)` is the same for the same `n` up to 8. `memory`: default, its own each. */
export async function bodies(
  page: SamplePage,
  memory?: BodyMemory,
): Promise<{ readonly make: (index: number) => Body }> {
  const edition = await sampleEdition(page)
  const provider = createResendProvider({ apiKey: 're_benchmark' })
  const links = sampleLinks()
  const newsletterId = newId<'newsletter'>()
  const sendId = newId<'send'>()
  const batches = Array.from({ length: 8 }, (): FrozenBatch => {
    const recipients = sampleReaders(provider.limits.maxRecipients).map((reader) => {
      const { view: _, ...values } = sampleValues(links, newsletterId, edition, reader)
      return { deliveryId: newId<'delivery'>(), address: reader.address, values }
    })
    const from = `${newsletter.fromName} <${newsletter.fromAddress}>`
    const tags = { newsletter: newsletter.slug, send: sendId }
    const shared = { view: links.view(edition.hash) }
    return { editionHash: edition.hash, from, replyTo: undefined, tags, shared, recipients }
  })
  const make = (index: number) => {
    const batch = batches[index % batches.length]
    if (!batch) throw new Error('There are batches.')
    return assembleResendBatch(edition, batch, memory)
  }
  return { make }
}
