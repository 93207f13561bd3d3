import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { collect } from '../numbers.ts'
import { type Page, type PageOptions, showPage, withPages } from '../pages.ts'
import { fields, plainLine } from '../table.ts'

type Issue = {
  readonly id: string
  readonly newsletterId: string
  readonly number: number
  readonly subject: string
  readonly preheader: string
  readonly template: string
  readonly excerpt: 'full' | 'excerpt' | null
  readonly articleIds: readonly string[]
  readonly scheduledSend?: string | null
}
type Preview = { readonly editionHash: string; readonly subject: string; readonly html: string; readonly text: string }
type TestMail = { readonly deliveryId: string; readonly warnings: readonly string[] }

type Settings = {
  readonly article?: readonly string[]
  readonly subject?: string
  readonly preheader?: string
  readonly template?: string
  readonly excerpt?: true
  readonly full?: true
}
type NewIssue = Settings & { readonly newsletter: string }

/** `pressroom issue`: create, list, show, edit, preview, test. */
export const issue: DefineCommand = (command, session) => {
  const { output, terminal } = session
  const path = (id: string) => `/issues/${encodeURIComponent(id)}`
  command.addHelpText('after', EXAMPLES)

  command
    .command('create')
    .description('Make an issue of one or more articles.')
    .requiredOption('--newsletter <newsletter>', 'Slug or id of its newsletter.')
    .requiredOption('--article <id>', 'An article; again for more, in their order.', collect)
    .option('--subject <text>', "The mail's subject (default: the first headline). {{first_name|there}} is filled in.")
    .option('--preheader <text>', 'What inboxes show behind the subject (default: the first dek).')
    .option('--template <name>', 'The template (default: article).')
    .addOption(extent('--excerpt', 'Show the beginnings of articles, with a link to the rest.'))
    .addOption(extent('--full', 'Show whole articles (default: as the template does).'))
    .action(async ({ article, newsletter, ...settings }: NewIssue) => {
      const made = await session.api.post<Issue>('/issues', {
        json: { newsletter, articles: article, ...withExtent(settings) },
      })
      output.result(made, () => `Issue ${made.number} is made.\n\n${describe(made)}`)
    })

  withPages(command.command('list').description('List issues, newest first.'))
    .option('--newsletter <newsletter>', 'Only those of one newsletter.')
    .action(async (query: PageOptions & { readonly newsletter?: string }) => {
      const page = await session.api.get<Page<Issue>>('/issues', { ...query })
      showPage(output, page, COLUMNS, 'There is no issue yet. Make one: pressroom issue create --help')
    })

  command
    .command('show <id>')
    .description('Show an issue.')
    .action(async (id: string) => {
      const found = await session.api.get<Issue>(path(id))
      output.result(found, () => describe(found))
    })

  command
    .command('edit <id>')
    .description('Change what is given. A scheduled send keeps what it was scheduled with until it is refreshed.')
    .option('--article <id>', 'Its articles from now on; again for more, in their order.', collect)
    .option('--subject <text>', "The mail's subject.")
    .option('--preheader <text>', 'What inboxes show behind the subject.')
    .option('--template <name>', 'The template.')
    .addOption(extent('--excerpt', 'Show the beginnings of articles, with a link to the rest.'))
    .addOption(extent('--full', 'Show whole articles.'))
    .action(async (id: string, { article, ...settings }: Settings) => {
      const changed = await session.api.patch<Issue>(path(id), { articles: article, ...withExtent(settings) })
      const send = changed.scheduledSend
      if (send) output.note(`Send ${send} keeps the issue as it was. To change it too: pressroom send refresh ${send}`)
      output.result(changed, () => describe(changed))
    })

  command
    .command('preview <id>')
    .description('Write the mail as a reader would get it to html and text files.')
    .option('--out <folder>', 'Where to write them.', '.')
    .option('--language <tag>', LANGUAGE)
    .action(async (id: string, { out, language }: { readonly out: string; readonly language?: string }) => {
      const mail = await session.api.get<Preview>(`${path(id)}/preview`, { language })
      const files = await writePreview(id, mail, resolve(terminal.directory, out))
      const { editionHash, subject } = mail
      output.result({ editionHash, subject, ...files }, () => fields({ Subject: subject, ...files }))
    })

  command
    .command('test <id> <address>')
    .description('Send it to one address, as a test.')
    .option('--language <tag>', LANGUAGE)
    .action(async (id: string, to: string, { language }: { readonly language?: string }) => {
      const sent = await session.api.post<TestMail>(`${path(id)}/test`, { json: { to, language } })
      for (const warning of sent.warnings) output.warn(plainLine(`Note: ${warning}`))
      output.result(sent, () => 'The test mail is on its way.')
    })
}

const LANGUAGE = 'As readers of a language get it, such as de or ar.'

function extent(flag: '--excerpt' | '--full', description: string): Option {
  return new Option(flag, description).conflicts(flag === '--full' ? 'excerpt' : 'full')
}

function withExtent({ excerpt, full, ...settings }: Omit<Settings, 'article'>) {
  return { ...settings, ...(excerpt ? { excerpt: 'excerpt' } : full ? { excerpt: 'full' } : {}) }
}

async function writePreview(id: string, { html, text }: Preview, folder: string) {
  await mkdir(folder, { recursive: true })
  const files = { html: join(folder, `issue-${id}.html`), text: join(folder, `issue-${id}.txt`) }
  await Promise.all([writeFile(files.html, html), writeFile(files.text, text)])
  return files
}

const COLUMNS = [
  { title: 'ID', value: ({ id }: Issue) => id },
  { title: 'NO', value: ({ number }: Issue) => number, align: 'right' },
  { title: 'SUBJECT', value: ({ subject }: Issue) => subject },
  { title: 'TEMPLATE', value: ({ template }: Issue) => template },
] as const

function describe(found: Issue): string {
  return fields({
    Id: found.id,
    Number: found.number,
    Newsletter: found.newsletterId,
    Subject: found.subject,
    Preheader: found.preheader,
    Template: found.template,
    Shows: found.excerpt === null ? undefined : found.excerpt === 'full' ? 'whole articles' : 'their beginnings',
    Articles: found.articleIds,
  })
}

const EXAMPLES = `
Examples:
  pressroom issue create --newsletter daily --article <id> --article <id>
  pressroom issue preview <id> --out ./preview
  pressroom issue test <id> editor@example.com`
