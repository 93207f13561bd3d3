import { z } from 'zod'
import { AppError } from '../error.ts'
import { localeSchema } from '../locale.ts'
import { readJson } from './newsletter.ts'

/** Somebody to show mail to. */
export type PreviewReader = {
  readonly id: string
  readonly label: string
  readonly locale?: string | undefined
  readonly values: Readonly<Record<string, string>>
  /** What slots show that `values` says nothing of; default: nothing, so that they fall back. */
  readonly rest?: ((slot: string) => string) | undefined
}

/** Readers who do not exist: an ordinary one, one who told nothing, and names that have broken mail elsewhere. */
export const MADE_UP_READERS: readonly PreviewReader[] = [
  { id: 'ada', label: 'Ada', values: { first_name: 'Ada' }, rest: (slot) => `«${slot}»` },
  { id: 'nobody', label: 'Told us nothing', values: {} },
  hostile(
    'long',
    'A very long name',
    `Maximiliane-Friederike ${'Wolfeschlegelsteinhausenbergerdorff '.repeat(3)}`.trim(),
  ),
  hostile('markup', 'Markup for a name', `<script>alert('x')</script><b title="y">Bo</b>&amp;`),
  hostile('quotes', 'Quotes that end an attribute', `"'><img src=x onerror=alert(1)>`),
  hostile('patterns', 'Patterns of replacement', `$& $1 $\` {{first_name}} %%NAME%% \${name}`),
  hostile('lines', 'Line breaks and a header', 'Ada\r\nBcc: all@example.com\r\n\r\nHello'),
  hostile('rtl', 'A name written from right to left', 'ليلى منصور'),
  hostile('bidi', 'A name that turns the line around', '\u202Eada\u2066 (evil)'),
  hostile('emoji', 'A family and a flag', '👩🏽‍👩🏽‍👧🏽‍👦🏽 Ada 🏴󠁧󠁢󠁷󠁬󠁳󠁿'),
  hostile('combining', 'Combining characters', 'A\u0300\u0301\u0302\u0303\u0304\u0315\u031B\u0323\u0330d\u0323a\u0338'),
  hostile('japanese', 'Japanese', '山田 花子', 'ja'),
]

/** Everywhere the same, because an attribute is no safer than a name. */
function hostile(id: string, label: string, text: string, locale?: string): PreviewReader {
  return { id, label, values: { first_name: text }, rest: () => text, ...(locale === undefined ? {} : { locale }) }
}

/**
 * The readers of a JSON file: an array of objects whose members are slot values, or nested in `attributes`; `label` and
 * `locale` are about the reader, and `firstName` is read as `first_name`, so that an exported subscriber fits as it is.
 * @throws AppError `invalid_input` with what is wrong with the file
 */
export async function readReaders(file: string): Promise<readonly PreviewReader[]> {
  const parsed = readersSchema.safeParse(await readJson(file))
  if (parsed.success) return parsed.data.map(readerOf)
  const problems = parsed.error.issues.map(({ path, message }) => ({ where: path.join('.'), message }))
  throw new AppError('invalid_input', `${file} is no list of readers, such as [{ "first_name": "Ada" }].`, { problems })
}

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const values = z.record(z.string(), value)
const readersSchema = z
  .array(
    z
      .looseObject({ label: z.string().optional(), locale: localeSchema.nullish(), attributes: values.optional() })
      .transform(({ label, locale, attributes, ...rest }) => ({ label, locale, attributes, rest })),
  )
  .max(1_000)

type ReaderInFile = z.output<typeof readersSchema>[number]

function readerOf({ label, locale, attributes = {}, rest }: ReaderInFile, index: number): PreviewReader {
  const plain = Object.entries(rest).flatMap(([name, given]) => {
    const { data } = value.safeParse(given)
    return data === undefined ? [] : [[name === 'firstName' ? 'first_name' : name, data]]
  })
  const known: Readonly<Record<string, string>> = { ...attributes, ...Object.fromEntries(plain) }
  return {
    id: `file-${index + 1}`,
    label: label ?? (known.first_name || `Reader ${index + 1}`),
    locale: locale ?? undefined,
    values: known,
  }
}
