import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Api, createApi } from '../../src/cli/api.ts'
import { AppError } from '../../src/error.ts'
import { createKey, SCOPES } from '../../src/http/keys.ts'
import type { SendNow } from '../../src/send/describe.ts'
import type { ResentDeliveries } from '../../src/send/resend.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { outboxOf } from '../support/reader.ts'
import { forEachTier } from '../support/tiers.ts'

forEachTier((tier) => {
  let installation: Installation
  let api: Api
  beforeAll(async () => {
    installation = await startInstallation(tier)
    const { key } = await createKey(installation.app.store.keys, { name: 'desk', scopes: SCOPES })
    api = createApi({ url: installation.url, key }, new AbortController().signal)
  })
  afterAll(() => installation.close())

  test('a send that was cancelled reaches everybody in the end, each once, and can be followed there', async () => {
    const { issue } = await installation.fill(230)
    const { store, provider } = installation.app
    await store.pace.block(provider.account, 'auth', undefined, 'The key is not valid.')
    const { id } = await api.post<{ id: string }>('/sends', { json: { issue } })
    await installation.events.until((line) => line.event === 'send_prepared')
    await api.post(`/sends/${id}/cancel`)
    await api.post('/provider/unblock')
    expect(await resendWhenDone(id)).toMatchObject({ deliveries: 230, state: 'sending' })
    const seen: SendNow[] = []
    for await (const state of (await api.events<SendNow>(`/sends/${id}/events`)) ?? []) seen.push(state)
    expect(seen.at(-1)).toMatchObject({ state: 'sent', progress: { recipients: 230, accepted: 230, open: 0 } })
    expect(new Set((await outboxOf(installation)).map(({ to }) => to)).size).toBe(230)
    const { rows } = await api.get<{ rows: { action: string; sendId: string | null }[] }>('/log')
    expect(rows.map(({ action, sendId }) => [action, sendId])).toEqual([
      ['resend_missing', id],
      ['unblock', null],
      ['cancel', id],
    ])
  })

  /** The sweep brings the rows of a cancelled send in line first. */
  async function resendWhenDone(id: string): Promise<ResentDeliveries> {
    for (;;) {
      try {
        return await api.post<ResentDeliveries>(`/sends/${id}/resend-missing`)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'conflict') throw error
      }
      await installation.app.clock.sleep(100)
    }
  }
})
