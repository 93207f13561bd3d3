import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { TemplateFailure } from '../edition/template-work.ts'
import { AppError, type Problem } from '../error.ts'

/** Why there is no mail to see, with the lines of the file around the place where that is known. */
export type PreviewFailure = {
  readonly message: string
  readonly problems: readonly Problem[]
  readonly where?: string
  readonly lines?: readonly SourceLine[]
}

export type SourceLine = { readonly number: number; readonly text: string; readonly isFault: boolean }

/** Tells of an error so that it can be mended. Only files that `isSource` are quoted; paths are absolute. */
export async function failureOf(error: unknown, isSource: (path: string) => boolean): Promise<PreviewFailure> {
  const { message, problems, cause } =
    error instanceof AppError ? error : new AppError('internal', error instanceof Error ? error.message : String(error))
  const where = cause instanceof TemplateFailure ? cause.where : PLACE.exec(message)?.[0]
  if (where === undefined) return { message, problems }
  const lines = await linesAt(where, isSource)
  return { message, problems, where, ...(lines === undefined ? {} : { lines }) }
}

const PLACE = /\S+\.[jt]sx?:\d+:\d+/
const AROUND = 3

async function linesAt(where: string, isSource: (path: string) => boolean): Promise<readonly SourceLine[] | undefined> {
  const [, file = '', row] = /^(.*):(\d+):\d+$/.exec(where) ?? []
  const path = resolve(file)
  if (!isSource(path)) return undefined
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const fault = Number(row)
  const first = Math.max(1, fault - AROUND)
  return text
    ?.split(/\r?\n/)
    .slice(first - 1, fault + AROUND)
    .map((line, index) => ({ number: first + index, text: line, isFault: first + index === fault }))
}
