import { Command, Option } from 'commander'
import { VERSION } from '../version.ts'
import { COMMANDS, type CommandEntry } from './commands.ts'
import { createSession, type Session } from './session.ts'
import type { Terminal } from './terminal.ts'

/** The program with all its commands. What is below a command is loaded when that command is used. */
export function createProgram(terminal: Terminal): { readonly program: Command; readonly session: Session } {
  const program = new Command('pressroom')
  const session = createSession(terminal, () => program.opts())
  program
    .description('Turns articles into newsletters and gets them to every reader exactly once.')
    .version(VERSION, '--version', 'Print the version.')
    .helpOption('-h, --help', 'Print help.')
    .helpCommand(false)
    .addOption(new Option('--json', 'Print the result as one JSON value.').helpGroup('For every command:'))
    .addOption(new Option('--url <url>', 'The server to talk to (PRESSROOM_URL).').helpGroup('For every command:'))
    .addOption(new Option('--key <key>', 'The key for it (PRESSROOM_KEY).').helpGroup('For every command:'))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(outputTo(terminal))
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride()
    .addHelpText('after', EXAMPLES)
  const entries = new Map(COMMANDS.map((entry) => [addEntry(program, entry), entry]))
  program.hook('preSubcommand', async (_, command) => {
    const entry = entries.get(command)
    if (entry) (await entry.load())(command, session)
  })
  return { program, session }
}

function addEntry(program: Command, { name, summary, group }: CommandEntry): Command {
  return program.command(name).helpGroup(group).summary(summary).description(summary).helpCommand(false)
}

function outputTo({ stdout, stderr, isInteractive }: Terminal) {
  const columns = isInteractive ? (process.stdout.columns ?? 100) : 100
  return {
    writeOut: (text: string) => void stdout.write(text),
    writeErr: (text: string) => void stderr.write(text),
    getOutHelpWidth: () => Math.min(columns, 120),
    getErrHelpWidth: () => Math.min(columns, 120),
  }
}

const EXAMPLES = `
Examples:
  pressroom demo                                      the whole way, with 1,000 readers, on this machine
  pressroom start                                     pages, API and worker
  pressroom article import story.md
  pressroom issue create --newsletter daily --article <id>
  pressroom send create <issue id> --at "2026-12-01 07:00 Europe/Berlin"
  pressroom send watch <send id>`
