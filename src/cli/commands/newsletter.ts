import { type Command, Option } from 'commander'
import type { DefineCommand } from '../commands.ts'
import { type Page, showPage } from '../pages.ts'
import { fields } from '../table.ts'
import { type Branding, type BrandingChanges, brandingOf, type LooksOptions, withLooks } from './newsletter/branding.ts'

/** Said as words, kept as values. */
type Choices = {
  readonly welcomeMail?: 'on' | 'off'
  readonly goodbyeMail?: 'on' | 'off'
  readonly allowDomains?: string
  readonly denyDomains?: string
}
type FormOptions = { readonly language?: string; readonly script: boolean }

type Newsletter = {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly fromName: string
  readonly fromAddress: string
  readonly replyTo: string | null
  readonly postalAddress: string
  readonly homepage: string | null
  readonly locale: string
  readonly timeZone: string
  readonly branding: Branding
  readonly welcomeMail: boolean
  readonly goodbyeMail: boolean
  readonly allowedDomains: readonly string[]
  readonly deniedDomains: readonly string[]
}

type Facts = Partial<Omit<Newsletter, 'id' | 'slug' | 'branding'>>
type Settings = Omit<Facts, keyof Choices> & LooksOptions & Choices
type Changes = Facts & { readonly branding?: BrandingChanges | undefined }

/** `pressroom newsletter`: create, list, show, edit, form. */
export const newsletter: DefineCommand = (command, session) => {
  const { output } = session
  command.addHelpText('after', EXAMPLES)

  withSettings(
    command.command('create <slug>').description('Make a newsletter. Its slug stays for ever.'),
    NEEDED,
  ).action(async (slug: string, settings: Settings) => {
    const asked = await changesOf(settings, async () => settings.name ?? slug)
    const made = await session.api.post<Newsletter>('/newsletters', { json: { ...asked, slug } })
    output.result(made, () => `Newsletter ${made.slug} is made.\n\n${describe(made)}`)
  })

  command
    .command('list')
    .description('List all newsletters.')
    .action(async () => {
      const page = await session.api.get<Page<Newsletter>>('/newsletters')
      showPage(output, page, COLUMNS, 'There is no newsletter yet. Make one: pressroom newsletter create --help')
    })

  command
    .command('show <newsletter>')
    .description('Show a newsletter, by slug or id.')
    .action(async (name: string) => {
      const found = await session.api.get<Newsletter>(`/newsletters/${encodeURIComponent(name)}`)
      output.result(found, () => describe(found))
    })

  withSettings(command.command('edit <newsletter>').description('Change what is given; the rest stays.')).action(
    async (name: string, settings: Settings) => {
      const path = `/newsletters/${encodeURIComponent(name)}`
      const changes = await changesOf(settings, async () => (await session.api.get<Newsletter>(path)).name)
      const changed = await session.api.patch<Newsletter>(path, changes)
      output.result(changed, () => describe(changed))
    },
  )

  command
    .command('form <newsletter>')
    .description('Print the form of a newsletter, as HTML to paste into another site. It works without JavaScript.')
    .option('--language <tag>', "The language of its words (default: the newsletter's).")
    .option('--no-script', 'Without the script of ours that keeps readers on the page.')
    .action(async (name: string, { language, script }: FormOptions) => {
      const path = `/newsletters/${encodeURIComponent(name)}/form`
      const form = await session.api.get<{ readonly html: string }>(path, { language, script: String(script) })
      output.result(form, () => form.html.trimEnd())
    })

  async function changesOf(settings: Settings, name: () => Promise<string>): Promise<Changes> {
    const { logo, logoSize, logoAlt, accent, accentDark, face, footer, ...others } = settings
    const { welcomeMail, goodbyeMail, allowDomains, denyDomains, ...facts } = others
    const looks = { logo, logoSize, logoAlt, accent, accentDark, face, footer }
    return {
      ...facts,
      welcomeMail: welcomeMail && welcomeMail === 'on',
      goodbyeMail: goodbyeMail && goodbyeMail === 'on',
      allowedDomains: domainsOf(allowDomains),
      deniedDomains: domainsOf(denyDomains),
      branding: await brandingOf(looks, session, name),
    }
  }
}

const SETTINGS = {
  '--name <name>': 'What readers know it as.',
  '--from-name <name>': 'Whom its mail is from.',
  '--from-address <address>': 'The address its mail is from.',
  '--postal-address <text>': 'Street, postal code, town, country: in every issue, as the law wants.',
  '--reply-to <address>': 'Where answers go, if not there.',
  '--homepage <url>': 'Its https address.',
  '--locale <tag>': 'The language of its mail, such as en or de-AT.',
  '--time-zone <zone>': 'What times without an offset are meant in, such as Europe/Berlin.',
}
const NEEDED = ['--name <name>', '--from-name <name>', '--from-address <address>', '--postal-address <text>']

function withSettings(command: Command, needed: readonly string[] = []): Command {
  for (const [flags, description] of Object.entries(SETTINGS)) {
    const option = new Option(flags, description)
    command.addOption(option.makeOptionMandatory(needed.includes(flags)))
  }
  for (const mail of ['welcome', 'goodbye']) {
    command.addOption(
      new Option(`--${mail}-mail <on|off>`, `Whether readers get a ${mail} mail.`).choices(['on', 'off']),
    )
  }
  command.option(
    '--allow-domains <domains>',
    'Only addresses of these, with commas between them, may subscribe; none: all.',
  )
  command.option('--deny-domains <domains>', 'Addresses of these, with commas between them, may not subscribe.')
  return withLooks(command)
}

function domainsOf(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : text.split(/[\s,]+/).filter((domain) => domain !== '' && domain !== 'none')
}

const COLUMNS = [
  { title: 'SLUG', value: ({ slug }: Newsletter) => slug },
  { title: 'NAME', value: ({ name }: Newsletter) => name },
  { title: 'FROM', value: ({ fromName, fromAddress }: Newsletter) => `${fromName} <${fromAddress}>` },
  { title: 'TIME ZONE', value: ({ timeZone }: Newsletter) => timeZone },
]

function describe(found: Newsletter): string {
  return fields({
    Id: found.id,
    Slug: found.slug,
    Name: found.name,
    From: `${found.fromName} <${found.fromAddress}>`,
    'Reply to': found.replyTo ?? undefined,
    'Postal address': found.postalAddress,
    Homepage: found.homepage ?? undefined,
    Locale: found.locale,
    'Time zone': found.timeZone,
    'Welcome mail': found.welcomeMail ? 'yes' : undefined,
    'Goodbye mail': found.goodbyeMail ? 'yes' : undefined,
    'Only from': found.allowedDomains.length > 0 ? found.allowedDomains : undefined,
    'Not from': found.deniedDomains.length > 0 ? found.deniedDomains : undefined,
    ...looksOf(found.branding),
  })
}

function looksOf({ logo, accent, accentDark, face, footer }: Branding) {
  return {
    Logo: logo && `${logo.src} (${logo.width} × ${logo.height}, ${logo.alt})`,
    Accent: accent,
    'Accent, dark': accentDark,
    Face: face,
    Footer: footer,
  }
}

const EXAMPLES = `
Examples:
  pressroom newsletter create daily --name "The Daily" --from-name "The Daily" --from-address news@example.com \\
    --postal-address "1 Harbour Street, 12345 Port Town, Country" --time-zone Europe/Berlin
  pressroom newsletter edit daily --reply-to editors@example.com
  pressroom newsletter edit daily --logo logo.png --logo-size 240x48 --accent "#1b4f8f" --face sans`
