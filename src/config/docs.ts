import { SETTINGS, type SettingFacts, settingFacts } from './settings.ts'

/** The text of `docs/configuration.md`. */
export function configurationPage(): string {
  const settings = listSettings()
  const groups = [...new Set(settings.map(({ facts }) => facts.group))]
  const sections = groups.map((group) => {
    const members = settings.filter(({ facts }) => facts.group === group)
    return [`## ${group}`, ...members.map(section)].join('\n\n')
  })
  return `${[INTRODUCTION, ...sections, ENDING].join('\n\n')}\n`
}

/** The text of `.env.example`: every setting, none of them set. */
export function envExample(): string {
  const settings = listSettings().map(({ name, facts }) => {
    const words = `${plain(facts.description)} Default: ${plain(facts.default)}.`
    return `${wrap(words, 116)
      .map((line) => `# ${line}`)
      .join('\n')}\n#${name}=${facts.example}`
  })
  return `${[EXAMPLE_HEAD, ...settings].join('\n\n')}\n`
}

type Listed = { readonly name: string; readonly facts: SettingFacts }

function listSettings(): readonly Listed[] {
  return Object.entries(SETTINGS.shape).map(([name, schema]) => {
    const facts = settingFacts.get(schema)
    if (!facts) throw new Error(`${name} has no description.`)
    return { name, facts }
  })
}

function section({ name, facts }: Listed): string {
  const lines = [
    `### \`${name}\``,
    '',
    facts.description,
    '',
    `- Default: ${facts.default}`,
    `- Example: \`${facts.example}\``,
  ]
  return [...lines, ...(facts.isSecret ? ['- A secret: keep it out of version control and logs.'] : [])].join('\n')
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '')
}

function wrap(text: string, width: number): readonly string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from src/config/settings.ts. -->

Nothing has to be set to try Pressroom. Settings come from the environment and from a file \`.env\` in the directory
Pressroom is started in; what is set in the environment wins. A setting that is set to nothing counts as not set.
\`.env.example\` lists all of them.

At the start everything is checked. If something is wrong, every problem is listed at once and the exit code is 2.
\`npm run pressroom -- doctor\` also tries what is configured: database, queue, provider.

| What is set | Data | Queue | For |
|---|---|---|---|
| nothing | a PostgreSQL that Pressroom starts and keeps in \`DATA_DIR\` | in that database | trying it, small lists |
| \`DATABASE_URL\` | PostgreSQL | in the database | one server |
| \`DATABASE_URL\` and \`REDIS_URL\` | PostgreSQL | Redis | workers on many machines |`

const ENDING = `## Of the command line

Commands that talk to a running server find an embedded one by themselves. For any other, say where it is:

- \`PRESSROOM_URL\` (or \`--url\`): the address of the server.
- \`PRESSROOM_KEY\` (or \`--key\`): a key for it, made with \`pressroom key create\`. A secret.`

const EXAMPLE_HEAD = `# Settings of Pressroom. Nothing has to be set to try it. Copy this file to .env and take the # off what you need;
# what is set in the environment wins over this file. docs/configuration.md says more.`
