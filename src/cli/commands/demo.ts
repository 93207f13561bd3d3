import type { DefineCommand } from '../commands.ts'

/** `pressroom demo`: the whole way, from an article to a thousand mails in the outbox. */
export const demo: DefineCommand = (command, { terminal, output }) => {
  command
    .option('--stay', 'Keep serving afterwards, to look around in the browser.')
    .addHelpText('after', HELP)
    .action(async ({ stay }: { readonly stay?: true }) => {
      const { runDemo } = await import('../demo/run.ts')
      await runDemo({ terminal, output, stay: stay === true })
    })
}

const HELP = `
It makes an installation of its own in DATA_DIR/demo, takes in a sample article, imports 1,000 made-up readers, sends an
issue to them and writes a page with all their mail. Nothing leaves this machine, whatever is configured, and no
other installation is touched. What the last demo left is removed first.

Examples:
  pressroom demo
  pressroom demo --stay`
