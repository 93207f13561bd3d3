import { randomUUID } from 'node:crypto'
import { type App, openApp } from '../src/app.ts'
import type { Config } from '../src/config/config.ts'
import type { Edition } from '../src/edition/edition.ts'
import type { Body, CallAnswer, Provider } from '../src/provider/provider.ts'
import type { DeliverStep } from '../src/send/deliver.ts'
import { startWorker } from '../worker/main.ts'
import { answerParent, readOrders, tellParent } from './process.ts'
import { aheadReader, type WorldTime, worldClock } from './time.ts'

/** What befalls a worker at a step. A stopped one goes on when its parent says so. */
export type Blow = 'SIGKILL' | 'SIGSTOP' | 'exception'

/** The `nth` time (1 is the next) that the worker reaches the step, that befalls it. */
export type Failpoint = { readonly step: DeliverStep; readonly nth: number; readonly blow: Blow }

export type WorkerOrders = {
  readonly config: Config
  readonly time: WorldTime
  /** Where it is written by how much that was put forward. */
  readonly aheadFile: string
  /** Recipients a batch; small, so that there are many. */
  readonly batchSize: number
  /** Another version of the assembling code: `wire` says so, `bytes` is one that forgot to. */
  readonly deploy?: 'wire' | 'bytes' | undefined
  /** Broken on purpose, to prove that it is noticed. */
  readonly broken?: 'asks_under_new_keys' | 'asks_again_by_smtp' | 'sends_nothing' | undefined
}

export type WorkerAnswers = { readonly arm: null; readonly putForward: null; readonly stop: null }

export type WorkerNews =
  | { readonly kind: 'ready'; readonly name: string }
  /** The failpoint was reached; the blow falls now. */
  | { readonly kind: 'struck'; readonly failpoint: Failpoint }

// A worker as `pressroom worker` starts it, on the world's time, that can be told to break at a step.

const orders = readOrders<WorkerOrders>()
const clock = worldClock(orders.time, aheadReader(orders.aheadFile))
const armed: { failpoint?: Failpoint; reached: number } = { reached: 0 }

const app = await openApp(orders.config, { clock })
const altered: App = { ...app, provider: alter(app.provider, orders) }

answerParent<WorkerAnswers>({
  arm: (failpoint: Failpoint) => {
    armed.failpoint = failpoint
    armed.reached = 0
    return null
  },
  putForward: (aheadMs: number) => {
    clock.putForward(aheadMs)
    return null
  },
  stop: () => {
    stop().then(() => process.exit(0), fail)
    return null
  },
})
const worker = await startWorker(altered, { reach })
await tellParent<WorkerNews>({ kind: 'ready', name: worker.name })

async function stop(): Promise<void> {
  await worker.stop()
  await app.close()
}

function fail(error: unknown): void {
  console.error(error)
  process.exit(1)
}

async function reach(step: DeliverStep): Promise<void> {
  const { failpoint } = armed
  if (failpoint?.step !== step || ++armed.reached < failpoint.nth) return
  delete armed.failpoint
  await tellParent<WorkerNews>({ kind: 'struck', failpoint })
  if (failpoint.blow === 'exception') throw new Error(`Broken at ${step} on purpose.`)
  if (failpoint.blow === 'SIGKILL') process.kill(process.pid, 'SIGKILL')
  // A signal may take a moment, in which this thread must not get any further. The parent stops it, so that what wakes it
  // up again comes after that.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
}

function alter(provider: Provider, { batchSize, deploy, broken }: WorkerOrders): Provider {
  const limits = { ...provider.limits, maxRecipients: Math.min(batchSize, provider.limits.maxRecipients) }
  const wire = deploy === 'wire' ? `${provider.wire}-next` : provider.wire
  const altered: Provider = { ...provider, limits, wire }
  if (deploy) altered.assemble = (edition, batch) => provider.assemble(retitled(edition), batch)
  if (broken === 'asks_under_new_keys') {
    altered.submit = (body, call) => provider.submit(body, { ...call, idempotencyKey: randomUUID() })
  }
  if (broken === 'asks_again_by_smtp') {
    altered.submit = async (body, call) => {
      const first = await provider.submit(body, call)
      return first.answer.kind === 'lost' ? provider.submit(body, call) : first
    }
  }
  if (broken === 'sends_nothing') altered.submit = async (body) => ({ answer: acceptedUnsent(body) })
  return altered
}

function retitled(edition: Edition): Edition {
  return { ...edition, subject: ['Once more: ', ...edition.subject] }
}

function acceptedUnsent({ bytes }: Body): CallAnswer {
  const messages: readonly unknown[] = JSON.parse(Buffer.from(bytes).toString('utf8'))
  return { kind: 'answered', messages: messages.map(() => ({ kind: 'accepted', providerMessageId: randomUUID() })) }
}
