import { AppError } from '../error.ts'
import type { Session } from './session.ts'

/**
 * Asks before something that cannot be taken back. Only a person at a terminal can be asked; everybody else says `--yes`.
 * @throws AppError `invalid_input` when there is nobody to ask, or the answer is another than yes
 */
export async function confirm({ terminal, output }: Pick<Session, 'terminal' | 'output'>, what: string): Promise<void> {
  if (!terminal.isInteractive || output.isJson) throw new AppError('invalid_input', `${what} Add --yes to go on.`)
  terminal.stderr.write(`${what} Type yes to go on: `)
  if ((await readLine(terminal.stdin)).trim().toLowerCase() === 'yes') return
  throw new AppError('invalid_input', 'Nothing was done.')
}

async function readLine(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  let text = ''
  for await (const part of stdin) {
    text += Buffer.from(part).toString('utf8')
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}
