import { Option } from 'commander'
import type { DefineCommand } from '../../commands.ts'
import { type ImportOptions, importFile, withFile } from '../../importing.ts'

type Options = ImportOptions & { readonly newsletter: string; readonly source: string; readonly as?: string }

/** `pressroom subscriber import`: readers from a CSV file. */
export const defineImport: DefineCommand = (command, session) => {
  withFile(command.command('import <file>'))
    .description('Bring the people of a CSV file, who agreed elsewhere, as what they were there; - reads stdin.')
    .requiredOption('--newsletter <newsletter>', 'Slug or id of the newsletter.')
    .requiredOption('--source <text>', 'Where and how they agreed to be written to; kept with each of them.')
    .addOption(new Option('--as <meaning>', 'What everybody in the file is at best.').choices(MEANINGS))
    .action(async (file: string, { newsletter, source, as, ...options }: Options) => {
      const query = { newsletter, consentSource: source, as }
      await importFile(session, file, { path: '/subscribers/import', query }, options)
    })
}

const MEANINGS = ['confirmed', 'unconfirmed', 'unsubscribed', 'suppressed', 'bounced', 'complained']
