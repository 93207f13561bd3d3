import type { DefineCommand } from '../commands.ts'
import { wholeNumber } from '../numbers.ts'
import { untilStopped } from '../until-stopped.ts'

type Options = {
  readonly port: number
  readonly host: string
  readonly rate?: number
  readonly latency?: number
  readonly dailyQuota?: number
}

/** `pressroom fake-resend`: the local double of Resend. */
export const fakeResend: DefineCommand = (command, { terminal, output }) => {
  command
    .option('--port <port>', 'The port to listen on; 0 takes a free one.', wholeNumber(0, 65_535), 4_010)
    .option('--host <host>', 'The address to listen on.', '127.0.0.1')
    .option('--rate <requests>', 'Requests a second that a team may make (default: 10).', wholeNumber(1, 1_000_000))
    .option('--latency <ms>', 'How long every call takes (default: 0).', wholeNumber(0, 60_000))
    .option('--daily-quota <emails>', 'Emails a day (default: no limit).', wholeNumber(1, 100_000_000))
    .addHelpText('after', HELP)
    .action(async ({ port, host, rate, latency, dailyQuota }: Options) => {
      const { startFakeResend } = await import('../../fake-resend/index.ts')
      const fake = await startFakeResend({
        port,
        host,
        ...(rate === undefined ? {} : { requestsPerSecond: rate }),
        ...(latency === undefined ? {} : { latencyMs: latency }),
        ...(dailyQuota === undefined ? {} : { dailyQuota }),
      })
      try {
        output.result({ url: fake.url }, () => welcome(fake.url))
        await untilStopped(terminal.stopped)
      } finally {
        await fake.close()
      }
    })
}

function welcome(url: string): string {
  return `The double of Resend is at ${url}. It sends nothing and forgets everything when it ends.

To send through it:
  RESEND_API_KEY=re_local RESEND_BASE_URL=${url} PUBLIC_URL=https://news.example.com npm start

Ctrl-C stops it.`
}

const HELP = `
It answers as Resend does: batches, idempotency keys, rate limits, quotas and errors. Keys that start with re_ are taken.

Examples:
  pressroom fake-resend
  pressroom fake-resend --port 0 --rate 2 --latency 150`
