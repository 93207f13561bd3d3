import type { App } from '../../src/app.ts'
import type { IssueId, NewsletterId, SendId } from '../../src/id.ts'
import { addReaders, makeNewsletter, sampleEdition } from '../support/sending.ts'

/** What sends are made of, without rendering anything. */
export type Sendable = { readonly newsletterId: NewsletterId; readonly issueId: IssueId; readonly editionHash: string }

/** A newsletter with `readers` confirmed readers, and an issue of it. */
export async function makeSendable({ store }: Pick<App, 'store'>, readers: number): Promise<Sendable> {
  const newsletter = await makeNewsletter(store)
  await addReaders(store, newsletter, readers)
  const parts = { newsletterId: newsletter.id, subject: 'Hello', preheader: '', template: 'article', articleIds: [] }
  const { id: issueId } = await store.issues.create(parts)
  const edition = sampleEdition()
  await store.editions.put(edition)
  return { newsletterId: newsletter.id, issueId, editionHash: edition.hash }
}

/** A send of it that is due. */
export async function makeSend(
  { store }: Pick<App, 'store'>,
  { newsletterId, issueId, editionHash }: Sendable,
): Promise<SendId> {
  const created = await store.sends.create({
    issueId,
    newsletterId,
    scheduledAt: 'now',
    graceSeconds: 3_600,
    spreadSeconds: null,
    again: false,
    editions: [{ variant: 'main', locale: null, editionHash }],
    idempotency: undefined,
  })
  if (created.kind !== 'created') throw new Error(`The send was not created: ${created.kind}.`)
  return created.send.id
}
