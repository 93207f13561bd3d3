import { parentPort } from 'node:worker_threads'
import type { FromThread } from './thread.ts'

/** Makes the thread that runs this answer every request with what `work` makes of it; see `createThread`. */
export function serveThread<Request, Answer>(work: (request: Request) => Answer | Promise<Answer>): void {
  const port = parentPort
  if (port === null) throw new Error('This module runs in a thread of its own.')
  const say = (message: FromThread<Answer>) => port.postMessage(message)
  port.on('message', async (request: Request) => {
    try {
      say({ kind: 'answer', answer: await work(request) })
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
      say({ kind: 'error', name, message, stack })
    }
  })
  say({ kind: 'ready' })
}
