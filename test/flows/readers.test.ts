import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Installation, startInstallation } from '../support/installation.ts'
import { get, inPlaceOf, outboxOf, post } from '../support/reader.ts'
import { forEachTier } from '../support/tiers.ts'

forEachTier((tier) => {
  let installation: Installation
  beforeAll(async () => {
    installation = await startInstallation(tier)
  })
  afterAll(() => installation.close())

  const mailsTo = async (address: string) => (await outboxOf(installation)).filter(({ to }) => to === address)
  /** Resolves when so many mails to single readers have gone out. */
  const written = ({ events }: Installation, count: number) =>
    events.until(
      () => events.lines.filter(({ event, send }) => event === 'batch_recorded' && send === null).length >= count,
    )

  test('a reader comes by a form of another site, is greeted, pauses, leaves, and is forgotten', async () => {
    const { call, url, app } = installation
    const { issue } = await installation.fill(3)
    await call('PATCH', '/newsletters/harbour', { welcomeMail: true, goodbyeMail: true })
    const { html } = await call<{ html: string }>('GET', '/newsletters/harbour/form?language=fr')
    const fields = [...html.matchAll(/name="(newsletter|language|wording)" value="([^"]*)"/g)]
    const form = Object.fromEntries(fields.map(([, name, value]) => [name, value]))
    expect(await post(`${url}/subscribe`, { ...form, email: 'Ana@example.com', first_name: 'Ana' })).toBe(202)
    await written(installation, 1)
    const [asked] = await mailsTo('Ana@example.com')
    const confirm = inPlaceOf(installation, asked?.text ?? '', '/confirm/')
    expect([await get(confirm), await post(confirm, {}), await post(confirm, {})]).toEqual([200, 200, 200])
    await written(installation, 2)
    const welcome = (await mailsTo('Ana@example.com')).find(({ text }) => text.includes('/preferences/'))
    const preferences = inPlaceOf(installation, welcome?.text ?? '', '/preferences/')
    const until = new Date(app.clock.now().getTime() + 5 * 86_400_000).toISOString().slice(0, 10)
    expect(await post(preferences, { choice: 'pause', newsletter: 'harbour', until })).toBe(200)

    const send = await call<{ id: string }>('POST', '/sends', { issue })
    await installation.sent(send.id)
    expect(await mailsTo('Ana@example.com')).toHaveLength(2)

    const leave = inPlaceOf(installation, welcome?.text ?? '', '/unsubscribe/')
    expect([await post(leave, {}), await post(leave, {})]).toEqual([200, 200])
    await written(installation, 3)
    expect(await mailsTo('Ana@example.com')).toHaveLength(3)

    const { rows } = await call<{ rows: { id: string }[] }>('GET', '/subscribers?address=ana@example.com')
    const evidence = await call<{ entries: { action: string; wording: string | null }[] }>(
      'GET',
      `/subscribers/${rows[0]?.id}/evidence`,
    )
    expect(evidence.entries.map(({ action }) => action)).toEqual(['requested', 'confirmed', 'paused', 'unsubscribed'])
    expect(evidence.entries[0]?.wording).toContain('vous acceptez de recevoir')

    const erased = await call('POST', '/subscribers/erase', { address: 'ana@example.com' })
    expect(erased).toEqual({ wasSubscriber: true, deliveries: 3, providerEvents: 0, inboundMail: 0, underWay: 0 })
    await call(
      'POST',
      '/subscribers/import?newsletter=harbour&consentSource=test',
      'email\nana@example.com\n',
      'text/csv',
    )
    expect((await call<{ rows: [] }>('GET', '/subscribers?address=ana@example.com')).rows).toEqual([])
  })
})
