import { Readable, Writable } from 'node:stream'
import { runCli } from '../../src/cli/run.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { type Clock, systemClock } from '../../src/clock.ts'

/** What a command came to. */
export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** What a test decides about the terminal; the rest is an empty environment in no particular place. */
export type Around = {
  readonly env?: Readonly<Record<string, string>>
  readonly directory?: string
  readonly stdin?: string
  readonly clock?: Clock
  readonly stopped?: AbortSignal
}

/** Keeps what is written to it. */
export class Kept extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** A terminal that nobody watches, and what was said on it. */
export function openTerminal({ env = {}, directory = '/nowhere', stdin = '', clock, stopped }: Around = {}) {
  const [stdout, stderr] = [new Kept(), new Kept()]
  const terminal: Terminal = {
    stdout,
    stderr,
    stdin: Readable.from([Buffer.from(stdin)]),
    isInteractive: false,
    env,
    directory,
    clock: clock ?? systemClock,
    stopped: stopped ?? new AbortController().signal,
  }
  return { terminal, stdout, stderr }
}

/** Runs a command in this process. */
export async function run(args: readonly string[], around: Around = {}): Promise<Ran> {
  const { terminal, stdout, stderr } = openTerminal(around)
  const code = await runCli(args, terminal)
  return { code, stdout: stdout.text, stderr: stderr.text }
}
