import { type CheckedMail, READERS_HOST } from '../mail.ts'
import { attribute, shown } from '../page.ts'
import type { Fault, RuleFacts } from '../rule.ts'
import { type Answer, type KnockOptions, knock } from './knock.ts'

/** Run only when it is asked for, because it reaches out. */
export const deadLink: RuleFacts = {
  id: 'dead-link',
  severity: 'error',
  explains:
    'What the mail links to and shows is there: a page that is gone or a name that does not exist is an error, one that gives no good answer now a warning.',
  mend: 'Correct the address, or take the link away.',
}

const MOST_LINKS = 200
const AT_ONCE = 6
const PATIENCE_MS = 10_000
const MOST_REDIRECTS = 5

/**
 * Asks for every distinct address in a mail, with HEAD and where that is not answered with GET. Never asks for one that
 * is filled in for each reader, looks as if it ended or confirmed something, or leads to a private address.
 */
export async function findDeadLinks(
  { page }: Pick<CheckedMail, 'page'>,
  options: Partial<KnockOptions> = {},
): Promise<readonly Fault[]> {
  const places = new Map<string, string>()
  for (const element of page.elements) {
    const url = urlToAsk(attribute(element, 'href') ?? attribute(element, 'src') ?? '')
    if (url !== null && !places.has(url.href)) places.set(url.href, shown(element))
  }
  const asked = [...places].slice(0, MOST_LINKS)
  const faults = await inTurns(asked, AT_ONCE, async ([href, where]) =>
    faultOf(await follow(new URL(href), options), where),
  )
  const left = places.size - asked.length
  const note = { where: 'html', message: `${left} more links were not asked for.`, severity: 'note' } as const
  return [...faults.flatMap((fault) => fault ?? []), ...(left > 0 ? [note] : [])]
}

/** The address to ask for; null: it is not to be asked for. */
function urlToAsk(address: string): URL | null {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !isHarmless(url)) return null
  url.hash = ''
  return url
}

function isHarmless(url: URL): boolean {
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  return web && url.hostname !== READERS_HOST && !DOES_SOMETHING.test(`${url.pathname}${url.search}`)
}

// Our own links of that kind are slots; these are those of others, which an editor may have pasted.
const DOES_SOMETHING =
  /unsub|opt-?out|optout|abmeld|desabon|desinscri|baja|confirm|verify|activat|preferenc|subscri|one-?click|token=|\/(?:u|view)\/[\w-]{20,}/i

async function follow(url: URL, options: Partial<KnockOptions>): Promise<Answer> {
  let at = url
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const answer = await askFor(at, options)
    if (answer.kind !== 'status' || answer.status < 300 || answer.status >= 400) return answer
    const next =
      answer.location !== undefined && URL.canParse(answer.location, at.href) ? new URL(answer.location, at) : null
    // Not modified and the like: there is nothing to follow, and it answered.
    if (next === null || !isHarmless(next)) return { ...answer, status: 200 }
    at = next
  }
  return { kind: 'failed', code: 'TOO_MANY_REDIRECTS' }
}

async function askFor(url: URL, options: Partial<KnockOptions>): Promise<Answer> {
  const ask = (method: 'HEAD' | 'GET') => {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    const signal = options.signal === undefined ? patience : AbortSignal.any([options.signal, patience])
    return knock(method, url, { ...options, signal })
  }
  const answer = await ask('HEAD')
  // Many servers know only GET, and say so in many ways.
  return answer.kind === 'status' && answer.status >= 400 ? ask('GET') : answer
}

function faultOf(answer: Answer, where: string): Fault | null {
  switch (answer.kind) {
    case 'private':
      return { where, message: 'It leads to a private address; nobody else can open it.' }
    case 'failed':
      if (answer.code === 'ENOTFOUND') return { where, message: 'There is no host of that name.' }
      return { where, message: `No answer came (${answer.code}).`, severity: 'warning' }
    case 'status':
      if (answer.status === 404 || answer.status === 410)
        return { where, message: `It is not there (${answer.status}).` }
      // Refused to a program, it may well open for a reader.
      if (answer.status < 400 || [401, 403, 405, 429, 999].includes(answer.status)) return null
      return { where, message: `It answers with ${answer.status}.`, severity: 'warning' }
  }
}

async function inTurns<From, To>(
  items: readonly From[],
  atOnce: number,
  work: (item: From) => Promise<To>,
): Promise<To[]> {
  const done: To[] = []
  const left = items.entries()
  const worker = async () => {
    for (const [place, item] of left) done[place] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return done
}
