import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { FakeClock } from '../support/clock.ts'
import { withLogOpen } from '../support/database.ts'
import { deliverAll } from '../support/deliver.ts'
import { makeSend, makeSendable, type Sendable } from './a-send.ts'
import { type Calling, openCalling } from './calling.ts'

let api: Calling
let server: RunningServer
let sendable: Sendable

beforeAll(async () => {
  api = await openCalling()
  server = await startServer(api.app)
  sendable = await makeSendable(api.app, 2)
})
afterAll(async () => {
  await server.close()
  await api.close()
})

async function schedule(): Promise<string> {
  const tables = 'operator_log, delivery, batch, send_edition, send'
  await api.database.pool.query(withLogOpen(`truncate ${tables} cascade`))
  return makeSend(api.app, sendable)
}

/** The stream of a send's events: `next` gives what comes next, undefined at its end. */
async function listen(id: string, at = server) {
  const leaving = new AbortController()
  const answer = await fetch(`${at.url}/api/v1/sends/${id}/events`, {
    headers: { authorization: `Bearer ${api.key}` },
    signal: leaving.signal,
  })
  const blocks = readBlocks(answer)
  const next = async () => (await blocks.next()).value
  return { answer, next, leave: () => leaving.abort() }
}

async function* readBlocks({ body }: Response): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (text + part).split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
}

describe('the events of a send', () => {
  test('are the send at once, whatever changes, and its end', async () => {
    const id = await schedule()
    const { answer, next } = await listen(id)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await next()).toBe('retry: 2000')
    const { body: scheduled } = await api.call('GET', `/v1/sends/${id}`)
    expect(await next()).toBe(`event: send\ndata: ${JSON.stringify(scheduled)}`)
    await deliverAll(api.app)
    let last = ''
    for (let block = await next(); block !== undefined; block = await next()) last = block
    const [, data = ''] = /^event: send\ndata: (.*)$/.exec(last) ?? []
    expect(JSON.parse(data)).toMatchObject({ id, state: 'sent', progress: { recipients: 2, accepted: 2, open: 0 } })
  })

  test('end when the server stops, which waits for nobody who watches', async () => {
    const id = await schedule()
    const other = await startServer(api.app)
    const { next } = await listen(id, other)
    await next()
    await next()
    await other.close()
    expect(await next()).toBeUndefined()
  })

  test('cost nothing any more when nobody listens', async () => {
    const id = await schedule()
    const clock = new FakeClock()
    let looks = 0
    const { sends } = api.app.store
    const progress: typeof sends.progress = (asked) => {
      looks++
      return sends.progress(asked)
    }
    const other = await startServer({ ...api.app, clock, store: { ...api.app.store, sends: { ...sends, progress } } })
    const { next, leave } = await listen(id, other)
    await next()
    await next()
    leave()
    // What stays is the moment for which a look counts as new.
    while (clock.sleeping > 1) await new Promise((resolve) => setImmediate(resolve))
    for (let second = 0; second < 5; second++) await clock.advance(1_000)
    expect({ looks, sleeping: clock.sleeping }).toEqual({ looks: 1, sleeping: 0 })
    await other.close()
  })

  test('are described, and are not for whoever has no key', async () => {
    const { body } = await api.call('GET', '/api/openapi.json')
    const { get, head } = body.paths['/api/v1/sends/{id}/events']
    expect(head).toBeUndefined()
    expect(get.responses['200'].content).toEqual({ 'text/event-stream': { schema: { type: 'string' } } })
    const answer = await fetch(`${server.url}/api/v1/sends/${await schedule()}/events`)
    expect(answer.status).toBe(401)
    await answer.body?.cancel()
  })
})
