import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anIssue, type Calling, openCalling } from './calling.ts'

const GAP = { subject: 'Hello {{first_name}}, the gate is open' }

let api: Calling
let issue: string

beforeAll(async () => {
  api = await openCalling()
  issue = (await anIssue(api)).issue.id
})
afterAll(() => api.close())

const change = (changes: object) => api.call('PATCH', `/v1/issues/${issue}`, changes)
const schedule = (more: object = {}) => api.call('POST', '/v1/sends', { issue, at: 'now', ...more })

describe('the checks of an issue', () => {
  test('find nothing to refuse in one that is well made', async () => {
    const { status, body } = await api.call('GET', `/v1/issues/${issue}/checks`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ refusedBy: [], allowable: [] })
  })

  test('name the rules that would refuse a send, and those that it can allow', async () => {
    await change(GAP)
    const { body } = await api.call('GET', `/v1/issues/${issue}/checks`)
    expect(body).toMatchObject({ refusedBy: ['slot-fallback'], allowable: ['slot-fallback'] })
    expect(body.findings[0]).toEqual({
      rule: 'slot-fallback',
      severity: 'error',
      where: 'subject slot first_name',
      message: 'Readers without first_name would see a gap.',
    })
  })

  test('can be seen with a key that may read, and not with one that may only write', async () => {
    const url = `/v1/issues/${issue}/checks`
    const asked = async (key: string) => (await api.call('GET', url, undefined, { key })).status
    expect(await asked(await api.keyWith('read'))).toBe(200)
    expect(await asked(await api.keyWith('write'))).toBe(403)
  })
})

test('a test mail of an issue that breaks a rule goes out, and says that a send would not', async () => {
  const { status, body } = await api.call('POST', `/v1/issues/${issue}/test`, { to: 'editor@example.com' })
  expect(status).toBe(202)
  expect(body.warnings).toContain(
    'A send would be refused (slot-fallback): subject slot first_name: Readers without first_name would see a gap.',
  )
})

describe('a send of an issue that breaks a rule', () => {
  test('is refused, with every error and its rule', async () => {
    const { status, body } = await schedule()
    expect(status).toBe(422)
    expect(body.detail).toContain('(slot-fallback)')
    expect(body.problems).toContainEqual({
      where: 'slot-fallback: subject slot first_name',
      message: 'Readers without first_name would see a gap.',
    })
  })

  test('cannot allow what is no rule, or what no mail can be made without', async () => {
    expect((await schedule({ allow: ['no-such-rule'] })).status).toBe(422)
    expect((await schedule({ allow: ['url-slot'] })).status).toBe(422)
  })

  test('goes out when it allows the rule, which is kept with it and in the log', async () => {
    const { status, body: send } = await schedule({ allow: ['slot-fallback', 'size'] })
    expect(status).toBe(201)
    expect(send.allowedChecks).toEqual(['slot-fallback'])
    expect((await api.call('GET', `/v1/sends/${send.id}`)).body.allowedChecks).toEqual(['slot-fallback'])
    const { body: log } = await api.call('GET', `/v1/sends/${send.id}/log`)
    expect(log.rows).toMatchObject([
      { action: 'allow_checks', detail: { rules: ['slot-fallback'] }, actor: 'key read write send' },
    ])
  })

  test('is held to the rules again when it is refreshed, with what was allowed before', async () => {
    const { body: sends } = await api.call('GET', '/v1/sends')
    const { id } = sends.rows[0]
    const refresh = (body?: object) => api.call('POST', `/v1/sends/${id}/refresh`, body)
    expect((await refresh()).status).toBe(200)
    await change({ subject: 'Hello {{first_name}}, *|OFFER|* inside' })
    expect((await refresh()).body.detail).toContain('(token-left)')
    const { status, body } = await refresh({ allow: ['token-left'] })
    expect(status).toBe(200)
    expect(body.allowedChecks.sort()).toEqual(['slot-fallback', 'token-left'])
  })
})
