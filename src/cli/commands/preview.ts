import { join } from 'node:path'
import type { DefineCommand } from '../commands.ts'
import { wholeNumber } from '../numbers.ts'
import { untilStopped } from '../until-stopped.ts'

type Options = {
  readonly port: number
  readonly articles?: string
  readonly readers?: string
  readonly newsletter?: string
}

/** `pressroom preview`: templates and articles as readers see them, reloading on save. */
export const preview: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command
    .option('--port <port>', 'The port to listen on, on loopback; 0 takes a free one.', wholeNumber(0, 65_535), 3_100)
    .option('--articles <folder>', 'A folder of articles, beside the examples.')
    .option('--readers <file>', 'A JSON file of readers, beside those that are made up.')
    .option('--newsletter <file>', 'A JSON file of the newsletter whose mail it is: name, postal address, branding.')
    .addHelpText('after', HELP)
    .action(async ({ port, articles, readers, newsletter }: Options) => {
      const config = await readConfig()
      const { startPreview } = await import('../../preview/preview.ts')
      const { openConfiguredMailbox } = await import('../../preview/mailbox.ts')
      const { quietLogger } = await import('../quiet-logger.ts')
      const log = quietLogger(config, terminal)
      const { clock } = terminal
      const served = await startPreview({
        port,
        articlesDir: articles,
        readersFile: readers,
        newsletterFile: newsletter,
        // On this machine alone it would be found fault with, and says nothing about the mail.
        publicUrl: config.publicUrl.startsWith('https:') ? config.publicUrl : undefined,
        emailsDir: config.emailsDir ?? undefined,
        cacheDir: join(config.dataDir, 'cache', 'templates'),
        mailbox: openConfiguredMailbox({ config, clock, log }),
        clock,
        log,
      })
      try {
        output.result({ url: served.url }, () => `Preview: ${served.url}  (reloads on save; Ctrl-C stops it)`)
        await untilStopped(terminal.stopped)
      } finally {
        await served.close()
      }
    })
}

const HELP = `
Templates are those of emails/ and of EMAILS_DIR. Nothing is stored; nothing is sent but a test mail, when the page is
told an address. docs/preview.md says what there is to see.

Examples:
  pressroom preview
  pressroom preview --articles ./drafts --readers readers.json --port 4000`
