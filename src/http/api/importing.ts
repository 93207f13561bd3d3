import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../error.ts'
import { MEANINGS } from '../../store/imports.ts'
import { FIELDS } from '../../subscriber/import/columns.ts'
import type { FileRefused, FileReport, ReadOptions } from '../../subscriber/import/file.ts'
import { singleLine } from '../../text.ts'

const meaning = z.enum(MEANINGS)
const count = z.int()

/** `a=b`, once or more, as an object; `form` takes it apart. */
function pairs<Name extends z.ZodType<string>, Value extends z.ZodType<string>>(
  form: RegExp,
  name: Name,
  value: Value,
) {
  const text = z.string().max(500)
  return z
    .union([text, z.array(text).max(100)])
    .transform((given, context): Record<z.output<Name>, z.output<Value>> => {
      const all = [given].flat().map((pair) => {
        const read = z.tuple([name, value]).safeParse(form.exec(pair)?.slice(1))
        if (!read.success) context.addIssue({ code: 'custom', message: `${JSON.stringify(pair)} is not as expected` })
        return read.data ?? []
      })
      return Object.fromEntries(all)
    })
}

/** What every import can be told about its file. */
export const fileQuery = {
  column: pairs(/^([^=]*)=(.*)$/s, z.enum(FIELDS), singleLine(200))
    .optional()
    .describe(`Which column is what, where its name does not say so: ${FIELDS.join(', ')}; \`email=E-Mail\`.`),
  means: pairs(/^(.*)=([^=]*)$/s, singleLine(200), meaning)
    .optional()
    .describe(`What a cell of a status column means (${MEANINGS.join(', ')}); \`churned=unsubscribed\`.`),
  name: z.string().max(500).optional().describe('What the file is called: Mailchimp says in it who is in it.'),
  dryRun: z.stringbool().default(false).describe('Only tells what the file is taken for, and what would become of it.'),
}

export const importedSchema = z
  .object({
    rows: count.describe('Rows read: all that were taken and all that were not.'),
    added: count,
    updated: count.describe('Were subscribed already.'),
    unsubscribed: count.describe('Left there, and are kept out here.'),
    suppressed: count.describe('Bounced or complained there, and are suppressed here.'),
    notTaken: count,
    because: z.array(z.object({ why: z.string(), rows: count })).readonly(),
    problems: z
      .array(z.object({ line: count, why: z.string(), reason: z.string() }))
      .readonly()
      .describe('Rows that were not taken; the first thousand. For all of them ask for `application/x-ndjson`.'),
    reading: z.object({
      service: z.string().nullable().describe('Whose export it is, as far as its columns tell.'),
      columns: z.array(z.object({ column: z.string(), becomes: z.string() })).readonly(),
      statuses: z
        .array(
          z.object({ column: z.string(), value: z.string(), means: z.enum([...MEANINGS, 'unknown']), rows: count }),
        )
        .readonly(),
    }),
  })
  .meta({ id: 'Imported' })

const NDJSON = 'application/x-ndjson'

export const importResponse = {
  200: {
    description:
      `What became of the file. With \`Accept: ${NDJSON}\`: a line of JSON for every row that was not taken, its ` +
      'address included, and last the report without problems.',
    content: {
      'application/json': { schema: importedSchema },
      [NDJSON]: { schema: z.custom<Readable>().meta({ type: 'string' }) },
    },
  },
}

/** A body of CSV. An import streams through, however long it is. */
export const csvBody = z
  .custom<Readable>((body) => body instanceof Readable, 'expected a CSV file')
  .meta({ type: 'string' })

type Importing = (
  file: AsyncIterable<Uint8Array>,
  options: Pick<ReadOptions, 'onRowNotTaken'>,
) => Promise<FileReport | FileRefused>

/** Runs an import of a request's body and answers it. @throws AppError `invalid_input` when the file is refused */
export async function answerImport(
  { body, headers }: Pick<FastifyRequest, 'headers'> & { readonly body: Readable },
  reply: FastifyReply,
  run: Importing,
) {
  const imported = async (options: Parameters<Importing>[1]) => {
    return accepted(await readToItsEnd(body, (file) => run(file, options)))
  }
  if (!headers.accept?.includes(NDJSON)) return imported({})
  const spool = await openSpool()
  try {
    const { problems: _, ...report } = await imported({ onRowNotTaken: spool.write })
    await spool.write(report)
    return reply.type(NDJSON).send(await spool.read())
  } catch (error) {
    await spool.drop()
    throw error
  }
}

function accepted(report: FileReport | FileRefused) {
  if (report.kind === 'refused') throw new AppError('invalid_input', report.reason)
  const { kind: _, taken, ...rest } = report
  return { ...rest, ...taken }
}

/**
 * Lines that wait on disk until the whole file is read: whoever sends it need not read the answer before, and however
 * many there are, memory is not.
 */
async function openSpool() {
  const path = join(tmpdir(), `pressroom-import-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  // Nothing but this handle leads to it from now on, so that it is gone with it, however this ends.
  await rm(path)
  let held = ''
  let written: Promise<unknown> = Promise.resolve()
  const flush = () => {
    const lines = held
    held = ''
    written = written.then(() => file.appendFile(lines))
    return written
  }
  return {
    write: async (row: object) => {
      held += `${JSON.stringify(row)}\n`
      if (held.length > SPOOL_PART) await flush()
    },
    read: async () => {
      await flush()
      return file.createReadStream({ start: 0 })
    },
    drop: () => file.close(),
  }
}

const SPOOL_PART = 65_536

/** A body that is left before its end takes the connection with it, and so the answer that says why. */
async function readToItsEnd<Result>(body: Readable, read: (parts: AsyncIterable<Uint8Array>) => Promise<Result>) {
  try {
    return await read(body.iterator({ destroyOnReturn: false }))
  } finally {
    // Whoever still waits for a next part lets go of the body later than now: this goes on reading then, `resume` would not.
    body.on('data', () => undefined)
  }
}
