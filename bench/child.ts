import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process of ours that answers questions; see `answerParent`. */
export type Child<Answers> = {
  ask<Name extends keyof Answers & string>(question: Name, about?: unknown): Promise<Answers[Name]>
  /** Asks it to end, and ends it when it does not within 20 s. May be called again. */
  stop(): Promise<void>
}

/** How a child answers: one function a question. */
export type Answering<Answers> = {
  readonly [Name in keyof Answers]: (about: unknown) => Promise<Answers[Name]> | Answers[Name]
}

type Question = { readonly id: number; readonly question: string; readonly about?: unknown }
type Answer = { readonly id: number; readonly answer?: unknown; readonly error?: string }

/** Starts `file` of this folder as a process of its own; it ends when this one does, however that happens. */
export function startChild<Answers>(
  file: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly nodeArgs?: readonly string[] } = {},
): Child<Answers> {
  const { env = {}, nodeArgs = [] } = options
  const child = fork(join(import.meta.dirname, file), [], {
    execArgv: ['--import', 'tsx', ...nodeArgs],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer))
  child.on('exit', (code) => {
    for (const [id, resolve] of waiting) resolve({ id, error: `${file} ended by itself (${code}).` })
  })
  let questions = 0
  const ask = async (question: string, about?: unknown): Promise<unknown> => {
    const id = ++questions
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    child.send({ id, question, about } satisfies Question)
    const { answer, error } = await answered
    waiting.delete(id)
    if (error !== undefined) throw new Error(error)
    return answer
  }
  return {
    ask: async (question, about) => (await ask(question, about)) as Answers[typeof question],
    stop: () => stop(child),
  }
}

/** The child's side: answers until the parent lets go, then calls `end` and exits. */
export function answerParent<Answers>(answers: Answering<Answers>, end: () => Promise<void> | void = () => {}): void {
  process.on('message', async ({ id, question, about }: Question) => {
    const reply = (answer: Omit<Answer, 'id'>) => process.connected && process.send?.({ id, ...answer })
    try {
      reply({ answer: await answers[question as keyof Answers](about) })
    } catch (error) {
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.once('disconnect', async () => {
    await end()
    process.exit(0)
  })
  // Ctrl-C reaches the whole group; the parent is the one who ends things in order.
  process.on('SIGINT', () => {})
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  if (child.connected) child.disconnect()
  const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await gone
  clearTimeout(impatience)
}
