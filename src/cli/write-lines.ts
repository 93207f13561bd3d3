import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { AppError } from '../error.ts'
import type { Session } from './session.ts'

/** Writes the lines of a file that the API gives: to `out`, which appears only when it is whole, or to stdout. */
export async function writeLines(
  { terminal, output }: Pick<Session, 'terminal' | 'output'>,
  lines: AsyncIterable<string>,
  out: string | undefined,
): Promise<void> {
  if (out === undefined) {
    if (output.isJson) throw new AppError('invalid_input', 'A file is no JSON. Say with --out where to write it.')
    await pour(lines, terminal.stdout)
    return
  }
  const path = resolve(terminal.directory, out)
  const part = `${path}.part`
  const stream = await openOutput(part, out)
  try {
    const bytes = await pour(lines, stream)
    stream.end()
    await finished(stream)
    await rename(part, path)
    output.result({ file: path, bytes }, () => `Written to ${out}.`)
  } catch (error) {
    stream.destroy()
    await rm(part, { force: true })
    throw error
  }
}

/** A file to write to, which only its owner can read. @throws AppError `invalid_input` when there can be none */
export async function openOutput(path: string, shown = path): Promise<WriteStream> {
  const stream = createWriteStream(path, { mode: 0o600 })
  try {
    await once(stream, 'open')
    return stream
  } catch (cause) {
    throw new AppError('invalid_input', `${shown} cannot be written.`, { cause })
  }
}

async function pour(lines: AsyncIterable<string>, to: NodeJS.WritableStream): Promise<number> {
  let bytes = 0
  for await (const line of lines) {
    bytes += Buffer.byteLength(line) + 1
    if (!to.write(`${line}\n`)) await once(to, 'drain')
  }
  return bytes
}
