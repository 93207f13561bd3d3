import { afterEach, expect, test } from 'vitest'
import { type FakeResend, startFakeResend } from '../../src/fake-resend/index.ts'
import { LEASE_MS } from '../../src/send/call.ts'
import type { Progress } from '../../src/send/send.ts'
import { FakeClock } from '../support/clock.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { forEachTier } from '../support/tiers.ts'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts'

const API_KEY = 're_test_key'
const PUBLIC_URL = 'https://news.example.com'

forEachTier((tier) => {
  const opened: { resend?: FakeResend; installation?: Installation; workers: WorkerProcess[] } = { workers: [] }
  afterEach(async () => {
    for (const worker of opened.workers.splice(0)) await worker.kill()
    await opened.installation?.close()
    await opened.resend?.close()
  })

  // Ten thousand readers where two machines would share the work; fewer where the point is the same and the time is not.
  const readers = tier.name === 'redis' ? 10_000 : 1_500

  test(`two workers killed in the middle of a send to ${readers} lose nobody and repeat nobody`, async () => {
    const resend = await startFakeResend({ requestsPerSecond: 500, keepBodies: 0 })
    opened.resend = resend
    const installation = await startInstallation(tier, {
      worker: false,
      config: { publicUrl: PUBLIC_URL, resend: { apiKey: API_KEY, baseUrl: resend.url } },
    })
    opened.installation = installation
    const environment = { ...installation.environment, RESEND_API_KEY: API_KEY, RESEND_BASE_URL: resend.url }
    const start = async () => {
      opened.workers.push(...(await Promise.all([startWorkerProcess(environment), startWorkerProcess(environment)])))
    }
    const { issue } = await installation.fill(readers)
    await start()
    const { id } = await installation.call<{ id: string }>('POST', '/sends', { issue })
    await acceptedAtLeast(resend, readers / 5)
    for (const worker of opened.workers.splice(0)) await worker.kill()
    const before = await progress(installation, id)
    expect(before.open).toBeGreaterThan(0)

    // What the dead held is free again once their leases run out; for the database, that moment is now.
    const clock = new FakeClock(new Date((await installation.app.store.now()).getTime() + LEASE_MS).toISOString())
    await clock.attach(installation.database.pool)
    await start()
    await Promise.race(opened.workers.map((worker) => worker.events.until((line) => line.event === 'send_sent')))

    const after = await progress(installation, id)
    expect(after).toEqual({ recipients: readers, accepted: readers, refused: 0, uncertain: 0, skipped: 0, open: 0 })
    const { byDelivery, repeated } = resend.accepted()
    expect({ readers: Object.keys(byDelivery).length, repeated }).toEqual({ readers, repeated: [] })
  }, 120_000)
})

async function progress(installation: Installation, send: string): Promise<Progress> {
  return (await installation.call<{ progress: Progress }>('GET', `/sends/${send}`)).progress
}

async function acceptedAtLeast(resend: FakeResend, count: number): Promise<void> {
  while ((resend.totals().byStatus['200'] ?? 0) * 100 < count) await new Promise((resolve) => setImmediate(resolve))
}
