/** What a bounce says of its address: it is dead, it does not take mail for now, or the mail was not wanted. */
export type Severity = 'permanent' | 'transient' | 'policy'

/** What a server said about one recipient. */
export type Said = {
  /** The words, replies and status codes in them included. */
  readonly words: string
  /** The status of the report (RFC 3463), if it has one. */
  readonly status?: string | undefined
  /** Who reports it. */
  readonly reporter?: string | undefined
  /** It is known to be the answer to `RCPT TO`. */
  readonly answersRecipient?: boolean
}

/**
 * How bad a bounce is; null: the words say nothing that is known. An address is called dead only for a status that says
 * so, or for words that leave no doubt: a wrong *permanent* takes a reader away, a wrong *transient* only takes time,
 * for the third within a month suppresses as well. So "no such user" counts when its status is one of addresses, when
 * it answered `RCPT TO`, or when it is from a server known to mean it; some say it to whatever they do not want.
 */
export function severityOf({ words, status, reporter = '', answersRecipient = false }: Said): Severity | null {
  const text = wordsOf(words)
  const code = statusOf(words, status)
  const says = (pattern: RegExp) => pattern.test(text)
  const isTemporary = code ? code.startsWith('4') : REPLY_4XX.test(text) && !REPLY_5XX.test(text)
  const isUnknown = says(UNKNOWN_USER)
  const isAnswered = answersRecipient || says(AFTER_RECIPIENT)
  if (says(LOCAL_PROGRAM) || (isUnknown && says(AFTER_CONTENT))) return 'transient'
  if (says(NO_MAIL_THERE) && !says(SENDER)) return isTemporary ? 'transient' : 'permanent'
  if (code?.startsWith('5.7.')) return 'policy'
  if (isUnknown && isAnswered && /^5\.(?:2\.1|[03]\.)/.test(code ?? '')) return 'permanent'
  if (code?.startsWith('5.2.')) return /^5\.2\.[123]$/.test(code) || !says(POLICY) ? 'transient' : 'policy'
  if (says(UNWANTED) && !isUnknown) return 'policy'
  if (says(REFUSED_RECIPIENT) || (code && DEAD.test(code) && !says(SENDER))) return 'permanent'
  if (says(POLICY) || says(SENDER)) return 'policy'
  if (isUnknown && !isTemporary && (isAnswered || isMeant(text, reporter))) return 'permanent'
  if (says(NO_SUCH_DOMAIN)) return isTemporary ? 'transient' : 'permanent'
  return code || isTemporary || isUnknown || says(TRANSIENT) ? 'transient' : null
}

/** The status that says most: the one in the words, unless the report's own is as exact. */
export function statusOf(words: string, reported?: string): string | undefined {
  const [said] = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(withoutNames(words)) ?? []
  const given = /^[245]\.\d{1,3}\.\d{1,3}/.exec(reported?.trim() ?? '')?.[0]
  return given && !VAGUE.test(given) ? given : (said ?? given)
}

/** No more than that it did not work. */
const VAGUE = /^[45]\.(?:0\.0|[35]\.0)$/

// RFC 3463 section 3.2: bad mailbox, bad system, bad syntax, moved; RFC 7505: takes no mail. 5.1.0 and 5.1.7 ff. are of senders too.
const DEAD = /^5\.1\.(?:[1236]|10|351)$/

const UNKNOWN_USER = new RegExp(
  [
    String.raw`(?:unknown|no such|invalid|illegal|bad|nonexist[ae]nt|non-existent) (?:local )?(?:\w+ )?(?:user|recipient|mailbox|account|address|addressee)`,
    '(?:user|recipient|mailbox|account|addressee?)(?: name)? (?:is |was |are )?(?:unknown|invalid|not (?:found|known|recognized|registered|listed|exist)|no(?:t| longer) (?:valid|available|on server|exist))',
    "(?:user|recipient|mailbox|account|address)[^.]{0,40}(?:does not|doesn'?t|did not) exist",
    "(?:user|recipient) doesn'?t have an? .{0,60}account",
    '(?:email )?account that you tried to reach does not exist',
    'no longer (?:on server|valid|works here|employed)|not our (?:user|customer)|no mailbox here|no such (?:user|recipient|person|mailbox)',
    'mailbox (?:unavailable|not found|does not exist)|not listed in (?:public|domino|the) |address rejected$|destinataire invalide',
  ].join('|'),
  'i',
)

/** Servers whose answer to a recipient is about that recipient, with no status to say so. */
const MEANS_IT = /\b(?:google(?:mail)?|gmail|hotmail|outlook|messagelabs|yahoo(?:dns)?)\.(?:com|net)\b/i
const AFTER_RECIPIENT = /(?:after|in reply to|did not like our|smtp:)\s*(?:our )?RCPT|>>+ RCPT|RCPT (?:TO|command)/i
const AFTER_CONTENT = /SMTP command\s+DATA\b|after (?:end of data|i sent the message)|in reply to end of DATA/i

const NAMES_PROVIDER = /user doesn'?t have an? .{0,60}account/i
/** Directories and mailers of their own, which know their users. */
const OWN_DIRECTORY =
  /x-postfix; unknown user|recipient name is not recogni[sz]ed|not listed in (?:public|domino)|ms-?exch.*unknown recipient/i

const REPLY_4XX = /(?:^|[\s;])4[25]\d\b/
const REPLY_5XX = /(?:^|[\s;])5[05]\d\b/
const REPLY_55X = /(?:^|[\s;])55[0134]\b/

const REFUSED_RECIPIENT =
  /(?<!all )recipient address(?:es)? rejected: access denied(?=.*protection\.outlook)|\b542 .{0,80}\brejected$/is

const NO_MAIL_THERE =
  /(?:does not|doesn'?t) (?:accept|receive) (?:any )?(?:e-?)?mails?\b(?! \w)|null mx|indicated no smtp service|(?:could ?n'?t|cannot|can not|unable to) find a mail exchanger|no mx record|domain has no mail exchangers?/i

const NO_SUCH_DOMAIN =
  /(?:host|domain)(?: name| or domain name)? (?:is )?(?:unknown|not found|does not exist)|unknown (?:host|domain)|no such (?:host|domain)|host or domain name not found|host \S* ?not found|illegal host\/domain|nxdomain|unrouteable mail domain/i

const LOCAL_PROGRAM = /^x-unix;|\bx-unix;|procmail|pipe to \||command (?:died|failed)|mailer (?:error|terminated)/i

const SENDER =
  /(?:sender|from)(?: address)?[^.]{0,60}(?:reject|not (?:allowed|verified|valid|exist|accept)|does not exist|denied|invalid|unroutable)|unroutable sender|unauthenticated|(?:after|in reply to) MAIL FROM|domain of sender|name was rejected|invalid domain name|not verified|sender domain|helo command|client host/i

const UNWANTED =
  /spam|\bube\b|junk|virus|malware|phish|black ?list|block ?list|blocked|\brbl\b|banned|reputation|suspicious|dmarc|\bspf\b/i

const POLICY = new RegExp(
  [
    UNWANTED.source,
    'polic(?:y|ies)|dkim|authenticat|reverse dns|\\bptr\\b|rdns|client ip|access denied|not (?:allowed|permitted)|denied',
    'content (?:rejected|blocked|presents)|message content|rejected by this system|mail rejete|mail rejected|message rejected|too (?:large|big)|size (?:limit|exceeds)|relay(?:ing)? (?:denied|not)|rate limit|does not support tls|service refuse',
    'multiple addresses in from|redundant',
  ].join('|'),
  'i',
)

const TRANSIENT = new RegExp(
  [
    'full\\b|quota|exceed(?:s|ed)? |over ?(?:limit|quota)|storage|no space|insufficient',
    'time(?:d)? ?out|time limit|expired|retry|deferred|temporar|try again|too long|queue|delayed|giving up|could not deliver for the last|failed \\d+ attempts|failing for a long time',
    'connection|connect to|connecting|not accepting|unreachable|not reachable|network|routing loop|mail loop|too many hops|hop count|unavailable|lookup fail|name service error|name server',
    'disabled|suspended|locked|inactive|discontinued|deactivated|restricted|bloque|filtered|internal error|system (?:config )?error|transaction failed|sequence of commands',
  ].join('|'),
  'i',
)

/** Servers say what they have to say at once; what goes on is not theirs. */
const MAX_WORDS = 8_000

/** Names are no words: addresses may be called anything, and help pages are named after what they explain. */
function withoutNames(words: string): string {
  return words
    .slice(0, MAX_WORDS)
    .replace(/\bhttps?:\/\/\S{1,2000}/gi, ' ')
    .replace(/<?(?<![^\s<>:;,"'])[^\s<>:;,"'@]{1,64}@[^\s<>:;,"']{1,255}>?/g, ' ')
}

function wordsOf(words: string): string {
  // Replies of several lines repeat their code on each.
  return withoutNames(words)
    .replace(/(?<=\s)[245]\d\d-(?:[245]\.\d{1,3}\.\d{1,3})?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function isMeant(text: string, reporter: string): boolean {
  if (OWN_DIRECTORY.test(text)) return true
  return REPLY_55X.test(text) && (NAMES_PROVIDER.test(text) || MEANS_IT.test(reporter))
}
