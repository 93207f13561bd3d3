import { CommanderError } from 'commander'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'
import type { Terminal } from './terminal.ts'

const INTERRUPTED = 130
const USAGE = 2

/** Runs one command line (without `node` and the program's name) and returns its exit code. Never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const { program, session } = createProgram(terminal)
  try {
    await program.parseAsync(helpAsOption(args), { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOf(error)
    if (terminal.stopped.aborted) return INTERRUPTED
    return reportError(error, session.output)
  }
}

/** `help send` is `send --help`: the commands below `send` are loaded on the way there. */
function helpAsOption(args: readonly string[]): readonly string[] {
  if (args.length === 0) return ['--help']
  return args[0] === 'help' ? [...args.slice(1), '--help'] : args
}

function exitCodeOf(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : USAGE
}
