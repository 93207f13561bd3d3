import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Progress } from '../../src/send/send.ts'
import { ARTICLE, type Installation, startInstallation } from '../support/installation.ts'
import { get, inPlaceOf, outboxOf, post } from '../support/reader.ts'
import { forEachTier } from '../support/tiers.ts'

type SendAnswer = { readonly id: string; readonly state: string; readonly progress: Progress }

forEachTier((tier) => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation(tier)
  })
  afterAll(() => installation.close())

  test('an article goes in, and every reader gets it', async () => {
    const { issue } = await installation.fill(250)
    const send = await installation.call<SendAnswer>('POST', '/sends', { issue })
    await installation.sent(send.id)
    const after = await installation.call<SendAnswer>('GET', `/sends/${send.id}`)
    const whole = { recipients: 250, accepted: 250, refused: 0, uncertain: 0, skipped: 0, open: 0 }
    expect(after).toMatchObject({ state: 'sent', progress: whole })
    const mails = await outboxOf(installation)
    expect(mails).toHaveLength(250)
    expect(new Set(mails.map((mail) => mail.to)).size).toBe(250)
    expect(new Set(mails.map((mail) => mail.subject))).toEqual(new Set(['Ferry to the Outer Isles Runs Again']))
  })

  test('a reader subscribes by form, confirms, gets the next issue, and leaves with one click', async () => {
    const { call, url, events } = installation
    const form = { email: 'ana@example.com', first_name: 'Ana $& <b>"' }
    expect(await post(`${url}/n/harbour/subscribe`, form)).toBe(202)
    await events.until((line) => line.event === 'batch_recorded' && line.send === null)
    const confirmation = await newestMailTo('ana@example.com')
    expect(confirmation.text).toContain('Ana $& <b>"')
    expect(confirmation.html).toContain('Ana $&amp; &lt;b&gt;&quot;')
    const confirm = inPlaceOf(installation, confirmation.text, '/confirm/')
    expect(await get(confirm)).toBe(200)
    expect(await statusOf('ana@example.com')).toBe('pending')
    expect(await post(confirm, {})).toBe(200)
    expect(await statusOf('ana@example.com')).toBe('confirmed')

    const text = ARTICLE.replace('Ferry to the Outer Isles Runs Again', 'The Shop Stays Open')
    const article = await call<{ id: string }>('POST', '/articles', text, 'text/plain')
    const issue = await call<{ id: string }>('POST', '/issues', { newsletter: 'harbour', articles: [article.id] })
    const send = await call<SendAnswer>('POST', '/sends', { issue: issue.id })
    await installation.sent(send.id)
    const mail = await newestMailTo('ana@example.com')
    expect(mail.subject).toBe('The Shop Stays Open')
    for (const link of ['/unsubscribe/', '/preferences/', '/view/']) {
      expect(await get(inPlaceOf(installation, mail.text, link)), link).toBe(200)
    }
    expect(mail.headers).toContainEqual({ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' })
    const unsubscribe = mail.headers.find((header) => header.name === 'List-Unsubscribe')?.value ?? ''
    const oneClick = inPlaceOf(installation, unsubscribe, '/u/')
    await get(oneClick)
    expect(await statusOf('ana@example.com')).toBe('confirmed')
    expect(await post(oneClick, { 'List-Unsubscribe': 'One-Click' })).toBe(200)
    expect(await statusOf('ana@example.com')).toBe('unsubscribed')
  })

  async function newestMailTo(address: string) {
    const [newest] = (await outboxOf(installation)).filter((mail) => mail.to === address)
    if (!newest) throw new Error(`There is no mail to ${address}.`)
    return newest
  }

  async function statusOf(address: string) {
    const subscriber = await installation.app.store.subscribers.findByAddress(address)
    return subscriber?.subscriptions[0]?.status
  }
})
