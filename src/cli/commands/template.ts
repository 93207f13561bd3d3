import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { Option } from 'commander'
import type { Finding } from '../../check/rule.ts'
import { AppError } from '../../error.ts'
import { findingsText } from '../check-text.ts'
import type { DefineCommand } from '../commands.ts'
import { fields, plainLine, table } from '../table.ts'

type Kind = 'issue' | 'single'
type Summary = {
  readonly name: string
  readonly kind: Kind
  readonly hasOwnText: boolean
  readonly file: string
}
type Templates = {
  readonly rows: readonly Summary[]
  readonly broken: readonly { readonly name: string; readonly error: string }[]
}
type Template = Summary & {
  readonly declaredProps: readonly string[] | null
  readonly ownProps: readonly string[]
  readonly texts: readonly string[]
  readonly urls: readonly string[]
  readonly findings: readonly Finding[]
}

/** `pressroom template`: list, show, new. */
export const template: DefineCommand = (command, session) => {
  const { output, terminal } = session
  command.addHelpText('after', HELP)

  command
    .command('list')
    .description('List the templates, and those that cannot be used.')
    .action(async () => {
      const found = await session.api.get<Templates>('/templates')
      for (const { name, error } of found.broken) output.warn(plainLine(`${name} cannot be used: ${error}`))
      output.result(found, () => table(found.rows, COLUMNS, 'There is no template that can be used.'))
    })

  command
    .command('show <name>')
    .description('Show what a template asks for, and what it lacks for a send.')
    .action(async (name: string) => {
      const path = name.split('/').map(encodeURIComponent).join('/')
      const found = await session.api.get<Template>(`/templates/${path}`)
      output.result(found, () => describe(found))
    })

  command
    .command('new <name>')
    .description('Write a template to begin with; it renders at once.')
    .addOption(new Option('--kind <kind>', 'issue: mail to all readers; single: to one.').choices(['issue', 'single']))
    .action(async (name: string, { kind = 'issue' }: { readonly kind?: Kind }) => {
      const { emailsDir } = await session.config()
      const file = await writeStarter(name, kind, emailsDir && resolve(terminal.directory, emailsDir))
      const shown = relative(terminal.directory, file)
      output.result({ name, kind, file }, () => `${shown} is written.\nSee it while you change it: pressroom preview`)
    })
}

/** @throws AppError `invalid_input` for a name that is none, `conflict` when there is such a file, `config_invalid` */
async function writeStarter(name: string, kind: Kind, emailsDir: string | null | undefined): Promise<string> {
  const { BUILT_IN_EMAILS } = await import('../../edition/templates.ts')
  const { starterTemplate } = await import('../../edition/starter.ts')
  if (!/^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)*$/.test(name) || name.startsWith('templates/')) {
    throw new AppError('invalid_input', `${name} is no name for a template.`, {
      problems: [
        { where: '<name>', message: 'expected lower case letters, digits and -, such as weekly or alerts/flood' },
      ],
    })
  }
  const isOurs = !emailsDir
  if (isOurs && BUILT_IN_EMAILS.split(sep).includes('node_modules')) {
    throw new AppError('config_invalid', 'Set EMAILS_DIR to a folder of your own; templates go there.')
  }
  const folder = emailsDir || BUILT_IN_EMAILS
  const templates = join(folder, 'templates')
  const file = `${join(existsSync(templates) ? templates : folder, name)}.tsx`
  const parts = isOurs ? relative(dirname(file), join(folder, 'index.ts')).split(sep).join('/') : undefined
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, starterTemplate(kind, name, parts), { flag: 'wx' }).catch((cause) => {
    if (!existsSync(file)) throw cause
    throw new AppError('conflict', `${file} is there already. Choose another name.`, { cause })
  })
  return file
}

const COLUMNS = [
  { title: 'NAME', value: ({ name }: Summary) => name },
  { title: 'FOR', value: ({ kind }: Summary) => forWhom(kind) },
  { title: 'TEXT PART', value: ({ hasOwnText }: Summary) => textPart(hasOwnText) },
  { title: 'FILE', value: ({ file }: Summary) => file },
]

function describe(found: Template): string {
  const props = found.declaredProps === null ? 'not declared' : found.declaredProps
  const missing =
    found.ownProps.length > 0 ? `${found.ownProps.join(', ')} (in its PreviewProps; no mail has them)` : undefined
  const facts = fields({
    Name: found.name,
    For: forWhom(found.kind),
    File: found.file,
    'Text part': textPart(found.hasOwnText),
    Props: props,
    'Not given': missing,
    'Of a reader': found.texts,
    'Reader’s links': found.urls,
  })
  return `${facts}\n\nWith its own sample:\n${findingsText(found.findings)}`
}

function forWhom(kind: Kind): string {
  return kind === 'issue' ? 'an issue' : 'mail to one reader'
}

function textPart(hasOwnText: boolean): string {
  return hasOwnText ? 'its own' : 'made from the html'
}

const HELP = `
A template is a React Email file in EMAILS_DIR, or in emails/ of a checkout; docs/templates.md is the guide.

Examples:
  pressroom template new weekly
  pressroom template new thanks --kind single
  pressroom template show weekly`
