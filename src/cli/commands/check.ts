import { Option } from 'commander'
import type { Finding } from '../../check/rule.ts'
import { AppError } from '../../error.ts'
import { isId } from '../../id.ts'
import { findingsText } from '../check-text.ts'
import type { DefineCommand } from '../commands.ts'
import { plainLine } from '../table.ts'

type Options = {
  readonly template?: string
  readonly newsletter?: string
  readonly links?: true
  readonly spam: boolean
}
type Checks = { readonly findings: readonly Finding[] }

/** `pressroom check`: what the rules find in a mail, before anybody gets it. */
export const check: DefineCommand = (command, session) => {
  const { terminal, output } = session
  command
    .argument('<what>', 'The id of an issue, or a file that holds an article; - reads one from stdin.')
    .option('--template <name>', 'The template for an article (default: article); an issue has its own.')
    .option('--newsletter <file>', 'A JSON file of the newsletter whose mail an article becomes, as for preview.')
    .option('--links', 'Also ask for every link, but those that end or confirm something.')
    .addOption(new Option('--no-spam', 'Leave SpamAssassin out, where there is one.'))
    .addHelpText('after', HELP)
    .action(async (what: string, options: Options) => {
      const findings = isId(what) ? await ofIssue(what, options) : await ofArticle(what, options)
      const shown = findings.map(({ rule, severity, message, where }) => ({ rule, severity, message, where }))
      output.result(shown, () => findingsText(shown), { oneLine: true })
      const errors = shown.filter(({ severity }) => severity === 'error').length
      if (errors > 0) throw new AppError('invalid_input', `${errors === 1 ? '1 error' : `${errors} errors`}.`)
    })

  async function ofIssue(id: string, { template, newsletter, links, spam }: Options): Promise<readonly Finding[]> {
    const given = template === undefined ? newsletter && '--newsletter' : '--template'
    if (given) throw new AppError('invalid_input', `An issue has its own; leave ${given} out.`)
    const query = { links: links ? 'true' : undefined, spam: spam ? 'true' : undefined }
    return (await session.api.get<Checks>(`/issues/${encodeURIComponent(id)}/checks`, query)).findings
  }

  async function ofArticle(file: string, options: Options): Promise<readonly Finding[]> {
    const { checkArticle } = await import('../check-article.ts')
    const { findings, warnings } = await checkArticle({ ...options, file }, terminal, await session.config())
    for (const { where, message } of warnings) output.warn(plainLine(`Note: ${where}: ${message}`))
    return findings
  }
}

const HELP = `
Nothing is stored or sent, and no service is asked. docs/checks.md lists the rules; errors refuse a send, unless it is
made with --allow <rule>. With --json the last line is an array of rule, severity, message and where.

Exit codes: 0 no error; 1 errors.

Examples:
  pressroom check story.md --template letter
  pressroom check <issue id> --links`
