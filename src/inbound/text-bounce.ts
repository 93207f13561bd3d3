import type { Reported } from './bounce.ts'
import { addressIn, type ParsedMail } from './parse.ts'
import { severityOf, statusOf } from './severity.ts'

/** Reads bounces of servers that make no report: which addresses they name, and what they say of each. */
export function readText(mail: ParsedMail): readonly Reported[] | null {
  if (!looksLikeBounce(mail)) return null
  const sections = sectionsOf(mail).slice(0, MAX_SECTIONS)
  const ofAll = severityOf({ words: mail.text })
  const isWarning = WARNING.test(`${mail.subject}\n${mail.text}`)
  const read = sections.map(({ address, words }) => {
    const severity = severityOf({ words }) ?? ofAll ?? 'transient'
    return {
      addresses: address === null ? [] : [address],
      result: isWarning ? ('deferred' as const) : severity,
      status: statusOf(words),
      words: words.replace(/\s+/g, ' ').trim().slice(0, 500),
    }
  })
  return read.length > 0 ? read : null
}

/** A newsletter has one reader a mail; a report of more is not about us. */
const MAX_SECTIONS = 50
const SENDERS = /mailer[-_. ]?daemon|post[-_. ]?master|mail[-. ]delivery|system administrator/i
const SUBJECTS =
  /undeliver|returned mail|failure notice|delivery (?:status|fail|notif|problem|report|warning)|permanent delivery failure|mail (?:delivery )?fail|could not be delivered|error sending your mail|non[- ]?delivery|not delivered/i
const PHRASES =
  /(?:could not|cannot|unable to|was not able to|wasn't able to) (?:be )?deliver|(?:was not|not be) delivered to|did not reach the following|delivery .{0,40}failed/i
const WARNING =
  /warning message only|only a temporary failure|delayed for more than|will keep trying|delivery status notification: warning|\(delay(?:ed)?\)/i

/** A person's own mail may hold the same words: who sends it, or its subject, has to say what it is. */
function looksLikeBounce({ headers, subject, text, original }: ParsedMail): boolean {
  const from = headers.get('from')?.join(' ') ?? ''
  const isNamed = SENDERS.test(from) || /^\s*<>\s*$/.test(from) || SUBJECTS.test(subject)
  const isReport = /^multipart\/report\b/i.test(headers.get('content-type')?.[0] ?? '')
  return (
    isReport ||
    (isNamed &&
      (PHRASES.test(text) || SUBJECTS.test(subject) || original !== null || severityOf({ words: text }) !== null)) ||
    (original !== null && PHRASES.test(text))
  )
}

type Section = { readonly address: string | null; readonly words: string }

/** An address at the beginning of a line begins what is said of it; else the whole text is about those it names. */
function sectionsOf(mail: ParsedMail): readonly Section[] {
  const text = mail.text.replace(/^> ?/gm, '')
  const own = new Set([...(mail.headers.get('to') ?? []), ...(mail.headers.get('from') ?? [])].map(addressIn))
  const isOther = (address: string) => !own.has(address)
  const begun = sectionsIn(text).filter(({ address }) => address === null || isOther(address))
  if (begun.length > 0) return once(begun.slice(0, 2 * MAX_SECTIONS))
  const named = [...text.matchAll(ADDRESS)].map(([address]) => address.toLowerCase()).filter(isOther)
  const written = (mail.original?.get('to') ?? []).map(addressIn).filter((address) => address !== null)
  const addresses = new Set(named.length > 0 ? named : written)
  return addresses.size === 0
    ? [{ address: null, words: text }]
    : [...addresses].map((address) => ({ address, words: text }))
}

const ADDRESS = /(?<![\w.!#$%&*+/=?^`{|}~-])[\w.!#$%&*+/=?^`{|}~-]{1,64}@[a-z0-9.-]{0,252}[a-z0-9]/gi
const BEGINS =
  /^[ \t]*(?:[*\d]{1,2}[ \t]+|(?:recipient|rcpt to):[ \t]*)?["'<]?([\w.!#$%&*+/=?^`{|}~-]{1,64}@[a-z0-9.-]{0,252}[a-z0-9])["'>]?(?=[ \t]*(?:$|[:.([]|on |invalid|error))/i
/** A transcript of sendmail has its finding below what led to it. */
const ENDS = /^55\d <([^<>\s]{1,64}@[^<>\s]{1,255})>\.\.\./

function sectionsIn(text: string): readonly Section[] {
  const lines = text.split('\n')
  const sections: { address: string; lines: string[] }[] = []
  if (lines.some((line) => ENDS.test(line))) {
    let before: string[] = []
    for (const line of lines) {
      before.push(line)
      const address = ENDS.exec(line)?.[1]?.toLowerCase()
      if (address === undefined) continue
      sections.push({ address, lines: before })
      before = []
    }
  } else {
    for (const line of lines) {
      const address = BEGINS.exec(line)?.[1]?.toLowerCase()
      const last = sections.at(-1)
      if (address !== undefined && address !== last?.address) sections.push({ address, lines: [line] })
      else last?.lines.push(line)
    }
  }
  return sections.map(({ address, lines: own }) => ({ address, words: own.join('\n') }))
}

/** What is said of an address in several places is said once. */
function once(sections: readonly Section[]): readonly Section[] {
  const addresses = [...new Set(sections.map(({ address }) => address))]
  return addresses.map((address) => {
    const words = sections.filter((section) => section.address === address).map((section) => section.words)
    return { address, words: words.join('\n') }
  })
}
