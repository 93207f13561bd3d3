import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withLogOpen } from '../support/database.ts'
import { deliverAll } from '../support/deliver.ts'
import { anIssue, type Calling, openCalling } from './calling.ts'

let api: Calling
let issue: { id: string; newsletterId: string }

beforeAll(async () => {
  api = await openCalling()
  issue = (await anIssue(api)).issue
})
afterEach(async () => {
  await api.database.pool.query(withLogOpen('truncate operator_log, delivery, batch, send_edition, send cascade'))
  await api.database.pool.query(`update subscription set status = 'confirmed'`)
  await api.call('PATCH', '/v1/newsletters/morning', { timeZone: 'UTC' })
})
afterAll(() => api.close())

const nowhere = '00000000-0000-4000-8000-000000000000'
const schedule = (more: object = {}, headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/sends', { issue: issue.id, ...more }, { headers })

async function inHours(hours: number): Promise<string> {
  return new Date((await api.app.store.now()).getTime() + hours * 3_600_000).toISOString()
}

describe('a send', () => {
  test('goes out now, and its progress and deliveries can be read', async () => {
    const made = await schedule()
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      issueId: issue.id,
      newsletterId: issue.newsletterId,
      state: 'scheduled',
      scheduledAt: expect.any(String),
      graceSeconds: 21_600,
      spreadSeconds: null,
      again: false,
      allowedChecks: [],
      pauseReason: null,
      recipients: null,
      createdAt: expect.any(String),
      preparedAt: null,
      finishedAt: null,
      editions: [{ variant: 'main', locale: null, editionHash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      note: null,
    })
    await deliverAll(api.app)
    const { body: sent } = await api.call('GET', `/v1/sends/${made.body.id}`)
    expect(sent).toMatchObject({ state: 'sent', recipients: 2, blocked: null })
    expect(sent.progress).toEqual({ recipients: 2, accepted: 2, refused: 0, uncertain: 0, skipped: 0, open: 0 })
    const { body: page } = await api.call('GET', `/v1/sends/${sent.id}/deliveries?outcome=accepted&limit=1`)
    const { body: rest } = await api.call('GET', `/v1/sends/${sent.id}/deliveries?after=${page.next}`)
    const addresses = [...page.rows, ...rest.rows].map((row) => row.address).sort()
    expect(addresses).toEqual(['ada@example.com', 'bob@example.com'])
    const refused = await api.call('GET', `/v1/sends/${sent.id}/deliveries?outcome=refused`)
    expect(refused.body).toEqual({ rows: [], next: null })
    const list = await api.call('GET', '/v1/sends?state=sent&newsletter=morning')
    expect(list.body.rows.map((row: { id: string }) => row.id)).toEqual([sent.id])
    expect((await api.call('GET', '/v1/sends?state=missed')).body).toEqual({ rows: [], next: null })
  })

  test('waits for its time, and moves to another', async () => {
    const at = await inHours(2)
    const made = await schedule({ at })
    expect(made.body.scheduledAt).toBe(at)
    const later = await inHours(3)
    const moved = await api.call('PATCH', `/v1/sends/${made.body.id}`, { at: later })
    expect(moved.status).toBe(200)
    expect(moved.body).toMatchObject({ scheduledAt: later, note: null })
  })

  test('means a local time in the newsletter’s zone, or in the one that is named', async () => {
    await api.call('PATCH', '/v1/newsletters/morning', { timeZone: 'Asia/Tokyo' })
    const year = new Date(await inHours(0)).getUTCFullYear() + 1
    const made = await schedule({ at: `${year}-07-01T09:00` })
    expect(made.body.scheduledAt).toBe(`${year}-07-01T00:00:00.000Z`)
    const moved = await api.call('PATCH', `/v1/sends/${made.body.id}`, {
      at: `${year}-07-01T09:00`,
      zone: 'Europe/Berlin',
    })
    expect(moved.body.scheduledAt).toBe(`${year}-07-01T07:00:00.000Z`)
  })

  test('pauses, goes on and is cancelled, in the states that allow it', async () => {
    const { id } = (await schedule({ at: await inHours(1) })).body
    const early = await api.call('POST', `/v1/sends/${id}/pause`)
    expect(early.status).toBe(409)
    expect(early.body.detail).toBe(`Send ${id} is scheduled; it can be paused only while it is sending.`)
    await api.database.pool.query(`update send set state = 'sending', recipients = 0 where id = $1`, [id])
    for (const _ of ['once', 'twice']) {
      expect((await api.call('POST', `/v1/sends/${id}/pause`)).body).toMatchObject({
        state: 'paused',
        pauseReason: 'operator',
      })
    }
    expect((await api.call('POST', `/v1/sends/${id}/resume`)).body).toMatchObject({ state: 'sending' })
    for (const _ of ['once', 'twice']) {
      expect((await api.call('POST', `/v1/sends/${id}/cancel`)).body).toMatchObject({ state: 'cancelled' })
    }
    for (const move of ['pause', 'resume', 'refresh']) {
      expect((await api.call('POST', `/v1/sends/${id}/${move}`)).status).toBe(409)
    }
    expect((await api.call('PATCH', `/v1/sends/${id}`, { at: 'now' })).status).toBe(409)
    const { rows } = await api.database.pool.query('select action, actor from operator_log order by id')
    expect(rows).toEqual(['pause', 'resume', 'cancel'].map((action) => ({ action, actor: 'key read write send' })))
  })

  test('of an issue that has one is refused, unless it is asked for again', async () => {
    const { id } = (await schedule()).body
    const second = await schedule()
    expect(second.status).toBe(409)
    expect(second.body.detail).toContain(id)
    await deliverAll(api.app)
    expect((await schedule()).status).toBe(409)
    expect((await schedule({ again: true })).status).toBe(201)
  })

  test('says what keeps it waiting', async () => {
    const { id } = (await schedule()).body
    await api.app.store.sends.begin(id)
    await api.app.store.sends.prepare(id, { main: 100 })
    const { account } = api.app.provider
    await api.app.store.pace.block(account, 'auth', undefined, 'The key is not valid.')
    const blocked = { reason: 'auth', until: null, detail: 'The key is not valid.' }
    expect((await api.call('GET', `/v1/sends/${id}`)).body.blocked).toEqual(blocked)
    expect((await api.call('GET', '/v1/status')).body.provider.blocked).toEqual(blocked)
    expect((await api.call('POST', '/v1/provider/unblock')).body.blocked).toBeNull()
    expect((await api.call('GET', `/v1/sends/${id}`)).body.blocked).toBeNull()
  })
})

describe('a repeated request', () => {
  const key = { 'idempotency-key': 'monday-1' }

  test('is answered with the send it made, also when its time is past by then', async () => {
    const at = await inHours(1)
    const first = await schedule({ at }, key)
    const second = await schedule({ at }, key)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body).toEqual(first.body)
    await api.database.pool.query(`update send set scheduled_at = now() - interval '1 day', state = 'cancelled'`)
    const third = await schedule({ at }, key)
    expect(third.status).toBe(200)
    expect(third.body).toMatchObject({ id: first.body.id, state: 'cancelled' })
  })

  test('is refused when it asks for something else', async () => {
    await schedule({}, key)
    const other = await schedule({ again: true }, key)
    expect(other.status).toBe(409)
    expect(other.body.detail).toContain('Idempotency-Key')
  })

  test('is another one when it comes with another API key', async () => {
    const first = await schedule({}, key)
    await deliverAll(api.app)
    const body = { issue: issue.id, again: true }
    const second = await api.call('POST', '/v1/sends', body, { headers: key, key: await api.keyWith('send') })
    expect(second.status).toBe(201)
    expect(second.body.id).not.toBe(first.body.id)
  })

  test('makes one send when it is made many times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => schedule({}, key)))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201])
  })

  test.each(['', 'a'.repeat(201), 'two words', 'ü'])('is refused with the key %j', async (value) => {
    expect((await schedule({}, { 'idempotency-key': value })).status).toBe(422)
  })
})

describe('refuses', () => {
  const year = new Date().getUTCFullYear() + 1
  // Clocks in Europe go forward on the last Sunday of March.
  const last = new Date(`${year}-03-31T00:00Z`)
  const skipped = new Date(last.getTime() - last.getUTCDay() * 86_400_000).toISOString().slice(0, 10)

  test.each([
    ['a time that is past', { at: '2020-01-01T09:00Z' }, 'That time is past. The nearest time is now.'],
    ['words for a time', { at: 'tomorrow' }, 'Expected "now" or a time'],
    ['a day there is not', { at: `${year}-04-31T09:00` }, `The nearest time is ${year}-04-30T09:00.`],
    ['an hour the clocks skip', { at: `${skipped}T02:30`, zone: 'Europe/Berlin' }, `is ${skipped}T03:00+02:00.`],
    ['an unknown zone', { at: `${year}-03-28T02:30`, zone: 'Europe/Berlim' }, 'Did you mean Europe/Berlin?'],
  ])('%s, with the nearest that can be', async (_, wrong, message) => {
    const answer = await schedule(wrong)
    expect(answer.status).toBe(422)
    expect(answer.body.problems).toEqual([{ where: '#/at', message: expect.stringContaining(message) }])
  })

  test.each([
    ['a grace of nothing', { graceSeconds: 0 }],
    ['a number for a time', { at: 5 }],
    ['an endless time', { at: '1'.repeat(101) }],
    ['an issue that is none', { issue: 'x' }],
    ['what it does not know', { when: 'now' }],
  ])('%s', async (_, wrong) => {
    expect((await schedule(wrong)).status).toBe(422)
  })

  test('an empty audience', async () => {
    await api.database.pool.query(`update subscription set status = 'unsubscribed'`)
    const answer = await schedule()
    expect(answer.status).toBe(422)
    expect(answer.body.detail).toContain('no confirmed reader')
  })

  test('what is not there', async () => {
    expect((await api.call('POST', '/v1/sends', { issue: nowhere })).status).toBe(404)
    expect((await api.call('GET', `/v1/sends/${nowhere}`)).status).toBe(404)
    expect((await api.call('GET', `/v1/sends/${nowhere}/deliveries`)).status).toBe(404)
    expect((await api.call('GET', `/v1/deliveries/${nowhere}`)).status).toBe(404)
    expect((await api.call('PATCH', `/v1/sends/${nowhere}`, { at: 'now' })).status).toBe(404)
    for (const move of ['pause', 'resume', 'cancel', 'refresh']) {
      expect((await api.call('POST', `/v1/sends/${nowhere}/${move}`)).status).toBe(404)
    }
  })
})
