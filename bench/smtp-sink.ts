import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { answerParent } from './child.ts'
import type { SinkAnswers } from './sink.ts'

// An SMTP server that takes everything at once and keeps only how many messages there were, and their ids.

const MESSAGE_ID = /^message-id:\s*<([^@>]+)/im
const HEAD_BYTES = 8_192

let messages = 0
const deliveries = new Set<string>()

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData: (stream, _session, done) => {
    let head = ''
    stream.on('data', (chunk: Buffer) => {
      if (head.length < HEAD_BYTES) head += chunk.toString('latin1')
    })
    stream.once('end', () => {
      messages += 1
      const id = MESSAGE_ID.exec(head)?.[1]
      if (id !== undefined) deliveries.add(id)
      done()
    })
  },
})

server.listen(0, '127.0.0.1', () => {
  answerParent<SinkAnswers>(
    {
      url: () => `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
      count: () => {
        const { user, system } = process.cpuUsage()
        return { calls: messages, messages, deliveries: deliveries.size, cpuMicros: user + system }
      },
      forget: () => {
        messages = 0
        deliveries.clear()
        return null
      },
    },
    () => new Promise<void>((resolve) => server.close(resolve)),
  )
})
