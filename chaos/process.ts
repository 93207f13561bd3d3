import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'

/** A process of ours: it answers questions (`Answers`), and tells (`News`) what happens to it. */
export type Process<Answers, News = never> = {
  readonly pid: number
  ask<Name extends keyof Answers & string>(question: Name, about?: unknown): Promise<Answers[Name]>
  /** Asks without waiting; a process that is stopped or gone does not answer. */
  tell(question: keyof Answers & string, about?: unknown): void
  onNews(listener: (news: News) => void): void
  signal(name: NodeJS.Signals): void
  /** Resolves when it is gone, however that came; with its exit code, null after a signal. */
  readonly gone: Promise<number | null>
  readonly isGone: boolean
  /** SIGKILL, also when it is stopped. Resolves when it is gone. */
  kill(): Promise<void>
}

type Question = { readonly id: number; readonly question: string; readonly about?: unknown }
type Answer = { readonly id: number; readonly answer?: unknown; readonly error?: string }

/** Starts a bundled program; what it writes goes to `logFile`. It ends when this process does. */
export function startProcess<Answers, News = never>(
  file: string,
  options: { readonly orders: unknown; readonly logFile: string },
): Process<Answers, News> {
  const log = openSync(options.logFile, 'a')
  const child = fork(file, [], {
    execArgv: ['--enable-source-maps'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...given(options.orders) },
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  child.on('error', () => {})
  const waiting = new Map<number, (answer: Answer) => void>()
  const listeners: ((news: News) => void)[] = []
  child.on('message', (message: Answer | { readonly news: News }) => {
    if ('news' in message) for (const listener of listeners) listener(message.news)
    else waiting.get(message.id)?.(message)
  })
  const gone = once(child, 'exit').then(([code]: (number | null)[]) => {
    for (const [id, resolve] of waiting) resolve({ id, error: `Process ${child.pid} is gone (${code}).` })
    return code ?? null
  })
  let questions = 0
  const put = (question: string, about: unknown) => {
    const id = ++questions
    // A process that was killed a moment ago cannot be told anything; who asked learns it from `gone`.
    if (child.connected) child.send({ id, question, about } satisfies Question, () => {})
    return id
  }
  const isGone = () => child.exitCode !== null || child.signalCode !== null
  return {
    pid: child.pid ?? 0,
    ask: async (question, about) => {
      if (isGone()) throw new Error(`Process ${child.pid} is gone.`)
      const id = put(question, about)
      const { answer, error } = await new Promise<Answer>((resolve) => waiting.set(id, resolve))
      waiting.delete(id)
      if (error !== undefined) throw new Error(error)
      return answer as Answers[typeof question]
    },
    tell: put,
    onNews: (listener) => listeners.push(listener),
    signal: (name) => child.kill(name),
    gone,
    get isGone() {
      return isGone()
    },
    kill: () => kill(child, gone),
  }
}

async function kill(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await gone
}

function given(orders: unknown) {
  return { CHAOS_ORDERS: JSON.stringify(orders) }
}

/** The child's side: what it was started with. To be asked first: from then on it ends when its parent does. */
export function readOrders<Orders>(): Orders {
  process.once('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group; the parent is the one who ends things in order.
  process.on('SIGINT', () => {})
  return JSON.parse(process.env.CHAOS_ORDERS ?? '')
}

/** The child's side: answers from now on. */
export function answerParent<Answers>(
  answers: {
    readonly [Name in keyof Answers]: (about: never) => Promise<Answers[Name]> | Answers[Name]
  },
): void {
  process.on('message', async ({ id, question, about }: Question) => {
    const reply = (answer: Omit<Answer, 'id'>) => process.connected && process.send?.({ id, ...answer })
    try {
      reply({ answer: await answers[question as keyof Answers](about as never) })
    } catch (error) {
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

/** The child's side: resolves when the news is out of this process's hands. */
export function tellParent<News>(news: News): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send({ news }, () => resolve())
    else resolve()
  })
}
