import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError } from '../error.ts'
import type { Terminal } from './terminal.ts'

/** The bytes of a file, or with `-` of stdin. @throws AppError `invalid_input` when there is no such file */
export async function readInput(file: string, { stdin, directory }: Terminal): Promise<Uint8Array> {
  if (file !== '-') return readFile(resolve(directory, file)).catch((cause) => refuse(file, cause))
  const parts: Buffer[] = []
  for await (const part of stdin) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** The same, part by part, for files that need not fit into memory; `bytes` is its size, unknown for stdin. */
export async function openInput(
  file: string,
  { stdin, directory }: Terminal,
): Promise<{ readonly parts: AsyncIterable<Uint8Array>; readonly bytes: number | undefined }> {
  if (file === '-') return { parts: asBytes(stdin), bytes: undefined }
  const path = resolve(directory, file)
  const found = await stat(path).catch((cause) => refuse(file, cause))
  if (!found.isFile()) return refuse(file, new Error('EISDIR'))
  return { parts: createReadStream(path), bytes: found.size }
}

async function* asBytes(parts: AsyncIterable<Uint8Array | string>): AsyncIterable<Uint8Array> {
  for await (const part of parts) yield Buffer.from(part)
}

function refuse(file: string, cause: unknown): never {
  throw new AppError('invalid_input', `${file} cannot be read; expected a file, or - for stdin.`, { cause })
}
