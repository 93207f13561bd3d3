import { InvalidArgumentError } from 'commander'
import { AppError } from '../../error.ts'
import type { DefineCommand } from '../commands.ts'
import { collect, wholeNumber } from '../numbers.ts'
import { untilStopped } from '../until-stopped.ts'

type Options = {
  readonly port: number
  readonly host: string
  readonly rate?: number
  readonly latency?: number
  readonly dailyQuota?: number
  readonly webhook?: readonly string[]
  readonly webhookSecret?: string
  readonly keepBodies: number
  readonly set?: readonly string[]
}

/** `pressroom fake-resend`: the local double of Resend. */
export const fakeResend: DefineCommand = (command, { terminal, output }) => {
  command
    .option('--port <port>', 'The port to listen on; 0 takes a free one.', wholeNumber(0, 65_535), 4_010)
    .option('--host <host>', 'The address to listen on.', '127.0.0.1')
    .option('--rate <requests>', 'Requests a second that a team may make (default: 10).', wholeNumber(1, 1_000_000))
    .option('--latency <ms>', 'How long every call takes (default: 0).', wholeNumber(0, 60_000))
    .option('--daily-quota <emails>', 'Emails a day (default: no limit).', wholeNumber(1, 100_000_000))
    .option('--webhook <url>', 'An endpoint to tell what happens; again for more.', endpoint)
    .option('--webhook-secret <secret>', 'What webhooks are signed with, whsec_… (default: a random one).', secret)
    .option('--keep-bodies <emails>', 'How many emails keep their html and text.', wholeNumber(0, 100_000_000), 1_000)
    .option('--set <name=value>', 'Any other setting, by its name in the documentation; again for more.', collect)
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const { newSecret, startFakeResend } = await import('../../fake-resend/index.ts')
      const { port, host, keepBodies, webhook = [], webhookSecret = newSecret() } = options
      const fake = await startFakeResend({
        ...(await behaviourOf(options)),
        port,
        host,
        keepBodies,
        endpoints: webhook.map((endpoint) => ({ endpoint, secret: webhookSecret })),
      })
      const signed = webhook.length > 0 ? { webhookSecret } : {}
      try {
        output.result({ url: fake.url, ...signed }, () => welcome(fake.url, signed.webhookSecret))
        await untilStopped(terminal.stopped)
      } finally {
        await fake.close()
      }
    })
}

function endpoint(value: string, before: readonly string[] = []): readonly string[] {
  if (URL.canParse(value) && /^https?:/i.test(value)) return [...before, value]
  throw new InvalidArgumentError('Expected an http or https address.')
}

function secret(value: string): string {
  if (/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(value)) return value
  throw new InvalidArgumentError('Expected whsec_ and Base64.')
}

/** Flags and `--set` together, read as the control over HTTP reads them. */
async function behaviourOf({ rate, latency, dailyQuota, set = [] }: Options) {
  const { behaviourSchema } = await import('../../fake-resend/index.ts')
  const named = { requestsPerSecond: rate, latencyMs: latency, dailyQuota }
  const read = behaviourSchema.safeParse({ ...named, ...settingsIn(set) })
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) => ({ where: path.join('.') || '--set', message }))
  throw new AppError('config_invalid', 'These are no settings of the double.', { problems })
}

/** `undocumented.cacheErrors=4xx` becomes `{ undocumented: { cacheErrors: '4xx' } }`. */
function settingsIn(pairs: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  const groups: Record<string, Record<string, unknown>> = {}
  for (const pair of pairs) {
    const [, group, name = '', text = ''] = /^(?:(\w+)\.)?(\w+)=(.*)$/.exec(pair) ?? [undefined, undefined, pair]
    if (group === undefined) settings[name] = settingOf(text)
    else groups[group] = { ...groups[group], [name]: settingOf(text) }
  }
  return { ...settings, ...groups }
}

/** JSON where it is JSON, such as true, 0.1 or null; else the text itself. */
function settingOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function welcome(url: string, secret: string | undefined): string {
  const signed = secret === undefined ? '' : ` RESEND_WEBHOOK_SECRET=${secret}`
  return `The double of Resend is at ${url}. It sends nothing and forgets everything when it ends.

To send through it:
  RESEND_API_KEY=re_local RESEND_BASE_URL=${url}${signed} PUBLIC_URL=https://news.example.com npm start

Ctrl-C stops it.`
}

const HELP = `
It answers as Resend does: batches, idempotency keys, rate limits, quotas, errors, signed webhooks, suppressions. Keys
that start with re_ are taken. docs/fake-resend.md has all its settings, and how to make it fail.

Examples:
  pressroom fake-resend
  pressroom fake-resend --port 0 --rate 2 --latency 150
  pressroom fake-resend --webhook http://localhost:3000/webhooks/resend --set shares.bounced=0.02
  pressroom fake-resend --set undocumented.cacheErrors=4xx --set webhooks.duplicate=true`
