import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAutomatic } from '../src/inbound/automatic.ts'
import { readBounce } from '../src/inbound/bounce.ts'
import { readComplaint } from '../src/inbound/complaint.ts'
import { parseMail } from '../src/inbound/parse.ts'

/** The collection that the tests use, where it is beside this checkout. */
const SAMPLES = join(import.meta.dirname, '..', '..', 'shared', 'samples', 'bounces')

const USAGE = `npm run eval:bounces -- <folder> [--all]
  Reads the mails that <folder>/expected.json names, and prints the share that is read as it says.
  Without a folder: those of the tests, where they are beside this checkout.
  --all  names every mail that is not`

/** What `expected.json` says of one file. */
type Expected = {
  readonly class: string
  readonly results?: readonly { readonly hardbounce: boolean }[]
  readonly recipients?: readonly string[]
  readonly both_readers_agree?: boolean
  readonly messages?: number
}
/** `harmful`: it takes away a reader who is not to be taken away. */
export type Mark = {
  readonly file: string
  readonly isStrict: boolean
  readonly got: string
  readonly expected: string
  readonly isRight: boolean
  readonly isHarmful: boolean
}

/** Reads every mail that a folder's `expected.json` names. */
export async function evaluate(folder: string): Promise<readonly Mark[]> {
  const expected: Record<string, Expected> = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
  return Promise.all(Object.entries(expected).map(([file, one]) => mark(file, readFileSync(join(folder, file)), one)))
}

async function mark(file: string, raw: Buffer, expected: Expected): Promise<Mark> {
  const { class: wanted, results = [], both_readers_agree: isStrict = false } = expected
  const recipients = (expected.recipients ?? []).map((address) => address.toLowerCase())
  if (wanted === 'mailbox') return markMailbox(file, raw, expected)
  const got = await read(raw)
  const dead = got.filter(({ result }) => result === 'permanent' || result === 'complained')
  const mayEnd = new Set(
    wanted === 'complaint' ? recipients : recipients.filter((_, index) => results[index]?.hardbounce),
  )
  const isHarmful = dead.some(({ addresses }) =>
    addresses.length === 0 ? mayEnd.size === 0 : !addresses.some((one) => mayEnd.has(one)),
  )
  const name = className(got)
  const wantedDead = [...mayEnd].filter((address) => dead.some(({ addresses }) => addresses.includes(address)))
  const isRight = name === wanted && !isHarmful && wantedDead.length === mayEnd.size
  return { file, isStrict, got: name, expected: wanted, isRight, isHarmful }
}

/** Each mail of it counts once, and none may be unreadable. */
async function markMailbox(file: string, raw: Buffer, { messages = 0 }: Expected): Promise<Mark> {
  const mails = raw
    .toString('latin1')
    .split(/^(?=From .*\d{4}\r?$)/m)
    .filter((mail) => mail !== '')
  const got = await Promise.all(mails.map((mail) => read(Buffer.from(mail, 'latin1'))))
  const understood = got.filter((one) => className(one) !== 'not-a-bounce').length
  return {
    file,
    isStrict: false,
    got: `${mails.length} mails, ${understood} understood`,
    expected: `${messages} mails`,
    isRight: mails.length === messages,
    isHarmful: false,
  }
}

type Got = { readonly addresses: readonly string[]; readonly result: string }

async function read(raw: Buffer): Promise<readonly Got[]> {
  const mail = await parseMail(raw)
  const complaint = readComplaint(mail)
  if (complaint) {
    const result = complaint.isAbuse ? 'complained' : 'report'
    const named = complaint.addresses.map((address) => ({ addresses: [address], result }))
    return named.length > 0 ? named : [{ addresses: [], result }]
  }
  return readBounce(mail) ?? (isAutomatic(mail, null) ? [{ addresses: [], result: 'automatic' }] : [])
}

function className(got: readonly Got[]): string {
  const results = new Set(got.map(({ result }) => NAMES[result] ?? result))
  if (results.has('hard') && results.has('soft')) return 'mixed'
  return [...results][0] ?? 'not-a-bounce'
}

const NAMES: Readonly<Record<string, string>> = {
  permanent: 'hard',
  transient: 'soft',
  policy: 'soft',
  deferred: 'soft',
  complained: 'complaint',
  report: 'arf-other',
  automatic: 'auto-reply',
}

async function main(): Promise<void> {
  const [folder = SAMPLES] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
  if (!existsSync(join(folder, 'expected.json'))) {
    console.error(USAGE)
    process.exitCode = 1
    return
  }
  const marks = await evaluate(folder)
  const groups = { strict: marks.filter(({ isStrict }) => isStrict), others: marks.filter(({ isStrict }) => !isStrict) }
  const shares = Object.entries(groups).map(([name, group]) => {
    const right = group.filter(({ isRight }) => isRight).length
    const harmful = group.filter(({ isHarmful }) => isHarmful).length
    const share = ((100 * right) / Math.max(1, group.length)).toFixed(1)
    return `${name.padEnd(6)}  ${right} of ${group.length} right (${share} %), ${group.length - right} wrong, ${harmful} harmful`
  })
  const showsAll = process.argv.includes('--all')
  const shown = marks.filter(({ isRight, isHarmful, isStrict }) => isHarmful || (!isRight && (isStrict || showsAll)))
  const wrong = shown.map(({ file, got, expected, isHarmful }) => {
    return `  ${file}: read as ${got}, expected ${expected}${isHarmful ? ' HARMFUL' : ''}`
  })
  console.log([...shares, ...wrong].join('\n'))
}

if (process.argv[1]?.endsWith('bounces.ts')) await main()
