import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { branchesOf } from '../../src/edition/branches.ts'
import { fillEdition } from '../../src/edition/fill.ts'
import type { IssueId } from '../../src/id.ts'
import { listOutbox, readOutboxMail } from '../../src/outbox/reading.ts'
import { aNewsletter, anArticle, type Calling, openCalling } from '../http/calling.ts'
import { deliverAll } from '../support/deliver.ts'

const EMAILS = join(import.meta.dirname, 'emails')
const READERS = [
  'email,First Name,Plan,City,constructor',
  'ada@example.com,Ada,paid,Hale & <Co>,x',
  'bo@example.com,,paid,,',
  'cy@example.com,Cy,free,Hale,',
]

let api: Calling
let issue: IssueId

beforeAll(async () => {
  api = await openCalling({ config: { emailsDir: EMAILS } })
  await api.call('POST', '/v1/newsletters', aNewsletter)
  const article = await api.call('POST', '/v1/articles', anArticle)
  const subject = 'For {{first_name|you}} {{constructor|who has none}} in {{ city | town }}'
  const wanted = { newsletter: 'morning', articles: [article.body.id], template: 'personal', subject }
  issue = (await api.call('POST', '/v1/issues', wanted)).body.id
  const url = '/v1/subscribers/import?newsletter=morning&consentSource=fair'
  await api.call('POST', url, undefined, { raw: READERS.join('\n'), type: 'text/csv' })
})
afterAll(() => api.close())

async function mailsByAddress() {
  const dir = String(api.app.outboxDir)
  const { entries } = await listOutbox(dir)
  const mails = await Promise.all(entries.map(({ id }) => readOutboxMail(dir, id)))
  return new Map(mails.map((mail) => [mail?.to, mail]))
}

describe('what is known of a reader', () => {
  test('fills the slots of every name, and decides the blocks, in the mail that goes out', async () => {
    const { status, body: send } = await api.call('POST', '/v1/sends', { issue })
    expect([status, send.problems]).toEqual([201, undefined])
    await deliverAll(api.app)
    const mails = await mailsByAddress()
    const seen = ['ada', 'bo', 'cy'].map((who) => {
      const mail = mails.get(`${who}@example.com`)
      return [mail?.subject, /Paid[^<]*|Free/.exec(mail?.html ?? '')?.[0], /Dear ([^,]*),/.exec(mail?.text ?? '')?.[1]]
    })
    expect(seen).toEqual([
      ['For Ada x in Hale & <Co>', 'Paid in Hale &amp; &lt;Co&gt;', 'Ada'],
      ['For you who has none in town', 'Paid', 'reader'],
      ['For Cy who has none in Hale', 'Free', 'Cy'],
    ])
    expect(mails.get('bo@example.com')?.html).not.toContain('native code')
    expect((await api.call('GET', `/v1/sends/${send.id}`)).body.progress).toMatchObject({ accepted: 3, recipients: 3 })
  })

  test('shows in a test mail to their own address; the web view is nobody’s', async () => {
    const { body } = await api.call('POST', `/v1/issues/${issue}/test`, { to: 'ada@example.com' })
    await deliverAll(api.app)
    const mail = await readOutboxMail(String(api.app.outboxDir), body.deliveryId)
    expect(mail?.subject).toBe('[Test] For Ada x in Hale & <Co>')
    const view = await api.call('GET', `/view/${body.editionHash}`, undefined, { key: null })
    expect(view.body).toContain('Dear reader,')
    expect(view.body).toContain('>Free</p>')
    expect(view.body).not.toContain('Hale')
  })

  test('makes as many mails as the blocks of the edition can', async () => {
    const { body } = await api.call('POST', `/v1/issues/${issue}/test`, { to: 'nobody@example.com' })
    const edition = await api.app.readEdition(body.editionHash)
    const { readers, isComplete } = branchesOf(edition)
    const links = { ...api.app.links.slotUrls(body.id, null), view: api.app.links.view(edition.hash) }
    const mails = readers.map((reader) => fillEdition(edition, { ...links, ...reader }).html)
    // The footer thanks those whose name is known by their name.
    const seen = mails.map((html) => `${/Paid[^<]*|Free/.exec(html)?.[0]}, ${html.includes('reading, ')}`)
    expect(seen.sort()).toEqual([
      'Free, false',
      'Free, true',
      'Paid in «city», false',
      'Paid in «city», true',
      'Paid, false',
      'Paid, true',
    ])
    expect(isComplete).toBe(true)
  })
})
