import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FakeResend, startFakeResend } from '../../../src/fake-resend/index.ts'
import { createResendMail } from '../../../src/provider/resend/mail.ts'

let resend: FakeResend
beforeAll(async () => {
  resend = await startFakeResend({ requestsPerSecond: 500 })
})
afterAll(() => resend.close())

const signal = new AbortController().signal
const sourceAt = (baseUrl: string) => createResendMail({ apiKey: 're_test_key', baseUrl })
const mail = { from: 'ada@example.com', to: ['leave@in.example.com'], subject: 'Grüße', text: 'Yes.' }

test('fetches a mail as it came, to the last byte', async () => {
  const { id, raw } = await resend.receive(mail)
  expect(await sourceAt(resend.url).fetch(id, signal)).toEqual({ kind: 'fetched', raw })
})

test('says that a mail is gone which Resend does not know, or which is larger than any of ours', async () => {
  const unknown = await sourceAt(resend.url).fetch('4ef9a417-02e9-4d39-ad75-9611e0fcc33c', signal)
  expect(unknown).toMatchObject({ kind: 'gone' })
  const { id } = await resend.receive({ ...mail, text: 'x'.repeat(6 * 1024 * 1024) })
  expect(await sourceAt(resend.url).fetch(id, signal)).toMatchObject({
    kind: 'gone',
    detail: expect.stringMatching(/bytes/),
  })
})

test('asks again later when Resend does not answer, or answers with an error or something else', async () => {
  const { id } = await resend.receive(mail)
  for (const kind of ['error', 'drop', 'bad_gateway', 'truncated_json', 'local_rate_limited'] as const) {
    resend.addFaults({ kind, path: `/emails/receiving/${id}` })
    expect([kind, await sourceAt(resend.url).fetch(id, signal)]).toMatchObject([kind, { kind: 'later' }])
  }
  expect(await sourceAt('http://127.0.0.1:9').fetch(id, signal)).toMatchObject({ kind: 'later' })
  expect(await sourceAt(resend.url).fetch(id, AbortSignal.abort())).toMatchObject({ kind: 'later' })
})

test('follows the link to the content without the key, and no further', async () => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization)
    const { port } = server.address() as AddressInfo
    if (request.url === '/raw') response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()
    else {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ object: 'email', raw: { download_url: `http://127.0.0.1:${port}/raw` } }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(await sourceAt(`http://127.0.0.1:${port}`).fetch('some-id', signal)).toMatchObject({ kind: 'later' })
  expect(asked).toEqual(['Bearer re_test_key', undefined])
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
