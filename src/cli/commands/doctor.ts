import { AppError } from '../../error.ts'
import type { DefineCommand } from '../commands.ts'
import type { Finding } from '../examine.ts'
import { plainLine } from '../table.ts'

/** `pressroom doctor`: tries everything that is configured and says what to do about it. */
export const doctor: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command.addHelpText('after', HELP).action(async () => {
    const config = await readConfig()
    const { examine } = await import('../examine.ts')
    const findings = await examine(config, terminal.clock)
    const failed = findings.filter(({ state }) => state === 'fail')
    output.result({ ok: failed.length === 0, findings }, () => report(findings))
    const [first] = failed
    if (first) throw new AppError(first.code ?? 'conflict', `${failed.length} of ${findings.length} checks failed.`)
  })
}

function report(findings: readonly Finding[]): string {
  const widest = Math.max(...findings.map(({ what }) => what.length))
  return findings
    .map(({ state, what, detail, advice }) => {
      const line = `${state.padEnd(4)}  ${what.padEnd(widest)}  ${plainLine(detail)}`
      return advice === undefined ? line : `${line}\n${' '.repeat(8 + widest)}→ ${plainLine(advice)}`
    })
    .join('\n')
}

const HELP = `
Checks the configuration, the data directory, the database, the queue, the provider and its key, the public address and
the templates. Nothing is sent. The database is opened as a start would open it, which brings it up to this version.

Exit codes: 0 all is well, or only warnings; 1 something is wrong; 2 the configuration is; 3 a service does not answer.`
