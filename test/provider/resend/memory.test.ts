import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createResendProvider } from '../../../src/provider/resend/provider.ts'
import { runningFake } from '../../fake-resend/running.ts'
import { edition, frozen, recipient } from '../batches.ts'

const small = frozen()
/** More than the system takes over before the other side reads. */
const large = frozen({
  recipients: Array.from({ length: 100 }, (_, index) => recipient(index, { first_name: 'x'.repeat(100_000) })),
})

test('the memory of a body that was answered is used for the next one, and the body cannot be submitted again', async () => {
  const { url } = await runningFake()
  const { provider, submit } = providerAt(url)
  const first = provider.assemble(edition, small)
  expect(provider.assemble(edition, small).bytes.buffer).not.toBe(first.bytes.buffer)
  expect((await submit(first)).answer.kind).toBe('answered')
  expect(provider.assemble(edition, small).bytes.buffer).toBe(first.bytes.buffer)
  await expect(submit(first)).rejects.toThrow('A body is submitted once')
})

test('the memory of a body that is lost on the way is not used again', async () => {
  const fake = await runningFake()
  fake.addFaults({ kind: 'drop_after_accept' })
  const { provider, submit } = providerAt(fake.url)
  const first = provider.assemble(edition, small)
  expect((await submit(first)).answer.kind).toBe('lost')
  expect(provider.assemble(edition, small).bytes.buffer).not.toBe(first.bytes.buffer)
})

test('the memory of a body that is answered before it has left is not used again', async () => {
  const { provider, submit } = providerAt(await hastyServer())
  const first = provider.assemble(edition, large)
  expect((await submit(first)).answer.kind).toBe('slow_down')
  expect(provider.assemble(edition, large).bytes.buffer).not.toBe(first.bytes.buffer)
})

function providerAt(baseUrl: string) {
  const provider = createResendProvider({ apiKey: 're_test', baseUrl })
  const signal = new AbortController().signal
  const submit = (body: ReturnType<typeof provider.assemble>) =>
    provider.submit(body, { idempotencyKey: 'b-1/1', signal })
  return { provider, submit }
}

/** Says 429 at once and reads nothing. */
async function hastyServer(): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.write('HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 2\r\n\r\n{}')
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
