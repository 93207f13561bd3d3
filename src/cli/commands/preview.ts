import { join } from 'node:path'
import type { DefineCommand } from '../commands.ts'
import { wholeNumber } from '../numbers.ts'
import { untilStopped } from '../until-stopped.ts'

type Options = { readonly port: number; readonly articles?: string }

/** `pressroom preview`: templates and articles as readers see them, reloading on save. */
export const preview: DefineCommand = (command, { terminal, output, config: readConfig }) => {
  command
    .option('--port <port>', 'The port to listen on, on loopback; 0 takes a free one.', wholeNumber(0, 65_535), 3_100)
    .option('--articles <folder>', 'A folder of articles, beside the examples.')
    .addHelpText('after', HELP)
    .action(async ({ port, articles }: Options) => {
      const config = await readConfig()
      const { startPreview } = await import('../../preview/preview.ts')
      const { quietLogger } = await import('../quiet-logger.ts')
      const served = await startPreview({
        port,
        articlesDir: articles,
        emailsDir: config.emailsDir ?? undefined,
        cacheDir: join(config.dataDir, 'cache', 'templates'),
        clock: terminal.clock,
        log: quietLogger(config, terminal),
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
Templates are those of emails/ and of EMAILS_DIR. Nothing is stored and nothing is sent.

Examples:
  pressroom preview
  pressroom preview --articles ./drafts --port 4000`
