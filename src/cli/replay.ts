import { type Command, Option } from 'commander'
import { AppError } from '../error.ts'
import type { Session } from './session.ts'

export type Replaying = {
  /** Of the API; what is posted there is `{ids, state, since}`. */
  readonly path: string
  /** The field of its answer that tells how many. */
  readonly counted: string
  readonly states: readonly string[]
  readonly description: string
  /** What to say of so many. */
  readonly told: (count: number) => string
}

/** Adds `replay`, which has what came from outside dealt with once more. */
export function addReplay(command: Command, { api, output }: Pick<Session, 'api' | 'output'>, replaying: Replaying) {
  const { path, counted, states, description, told } = replaying
  command
    .command('replay [ids...]')
    .description(description)
    .addOption(new Option('--state <state>', 'Those in one state.').choices(states))
    .option('--since <time>', 'Those that came in then or later: 2026-12-01T07:00:00Z, or a day.')
    .action(async (ids: readonly string[], { state, since }: { readonly state?: string; readonly since?: string }) => {
      if (ids.length === 0 && state === undefined && since === undefined) {
        throw new AppError('invalid_input', 'Say which: ids, --state or --since.')
      }
      const json = { ids: ids.length === 0 ? undefined : ids, state, since: since && timeOf(since) }
      const result = await api.post<Readonly<Record<string, number>>>(path, { json })
      output.result(result, () => told(result[counted] ?? 0))
    })
}

/** A day is its first moment, in UTC. */
function timeOf(text: string): string {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw new AppError('invalid_input', '--since expects a time or a day.')
  return time.toISOString()
}
