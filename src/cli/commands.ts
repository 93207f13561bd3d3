import type { Command } from 'commander'
import type { Session } from './session.ts'

/** Adds to a command what it takes and does, and the commands below it. */
export type DefineCommand = (command: Command, session: Session) => void

/** A command of the program, as its help lists it. */
export type CommandEntry = {
  readonly name: string
  readonly summary: string
  readonly group: string
  load(): Promise<DefineCommand>
}

const RUN = 'Run it:'
const LOOK = 'Look after it:'
const WRITE = 'Write and send (these talk to a running server):'

/** All commands, in the order in which help lists them. Modules are loaded late: help has to be quick. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'Run everything in one process: pages, API and worker.',
    group: RUN,
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'api',
    summary: 'Run pages and API alone; needs DATABASE_URL.',
    group: RUN,
    load: async () => (await import('./commands/api.ts')).api,
  },
  {
    name: 'worker',
    summary: 'Run a worker alone; needs DATABASE_URL.',
    group: RUN,
    load: async () => (await import('./commands/worker.ts')).worker,
  },
  {
    name: 'demo',
    summary: 'Send an issue to 1,000 made-up readers, on this machine only.',
    group: RUN,
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'preview',
    summary: 'See templates and articles as readers would, reloading on save.',
    group: RUN,
    load: async () => (await import('./commands/preview.ts')).preview,
  },
  {
    name: 'check',
    summary: 'Hold an issue, or an article in a template, to the rules of good mail.',
    group: RUN,
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'fake-resend',
    summary: "Run a local double of Resend's API that sends nothing.",
    group: RUN,
    load: async () => (await import('./commands/fake-resend.ts')).fakeResend,
  },
  {
    name: 'doctor',
    summary: 'Check configuration, database, queue and provider, and say what to do.',
    group: LOOK,
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'migrate',
    summary: 'Bring the database up to this version; every start does that too.',
    group: LOOK,
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    name: 'outbox',
    summary: 'Mail that stayed on this machine.',
    group: LOOK,
    load: async () => (await import('./commands/outbox.ts')).outbox,
  },
  {
    name: 'newsletter',
    summary: 'Make, list, show and edit newsletters.',
    group: WRITE,
    load: async () => (await import('./commands/newsletter.ts')).newsletter,
  },
  {
    name: 'article',
    summary: 'Import, list and show articles.',
    group: WRITE,
    load: async () => (await import('./commands/article.ts')).article,
  },
  {
    name: 'asset',
    summary: 'Keep pictures, for logos and articles.',
    group: WRITE,
    load: async () => (await import('./commands/asset.ts')).asset,
  },
  {
    name: 'issue',
    summary: 'Make issues of articles; preview and test them.',
    group: WRITE,
    load: async () => (await import('./commands/issue.ts')).issue,
  },
  {
    name: 'send',
    summary: 'Schedule sends, watch and steer them; reach those who are missing.',
    group: WRITE,
    load: async () => (await import('./commands/send.ts')).send,
  },
  {
    name: 'subscriber',
    summary: 'Add, import, show and unsubscribe readers.',
    group: WRITE,
    load: async () => (await import('./commands/subscriber.ts')).subscriber,
  },
  {
    name: 'suppression',
    summary: 'Addresses never to be written to.',
    group: WRITE,
    load: async () => (await import('./commands/suppression.ts')).suppression,
  },
  {
    name: 'webhook',
    summary: 'What the provider told about mail later; apply it again.',
    group: WRITE,
    load: async () => (await import('./commands/webhook.ts')).webhook,
  },
  {
    name: 'inbound',
    summary: 'Mail that came in: what was made of it; read it again.',
    group: WRITE,
    load: async () => (await import('./commands/inbound.ts')).inbound,
  },
  {
    name: 'provider',
    summary: 'Whether mail can go out; go on when a problem is solved.',
    group: WRITE,
    load: async () => (await import('./commands/provider.ts')).provider,
  },
  {
    name: 'template',
    summary: 'Begin a template; list them, and show what one lacks for a send.',
    group: WRITE,
    load: async () => (await import('./commands/template.ts')).template,
  },
  {
    name: 'key',
    summary: 'Make, list and revoke keys of the API.',
    group: WRITE,
    load: async () => (await import('./commands/key.ts')).key,
  },
]
