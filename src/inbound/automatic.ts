import { headerOf, type ParsedMail } from './parse.ts'

/**
 * Whether a mail was sent by a machine in somebody's name: an absence notice, a receipt, a list. RFC 3834, and what was
 * in use before it. @param sender of the envelope; empty: it must not be answered
 */
export function isAutomatic({ headers, subject }: ParsedMail, sender: string | null): boolean {
  const value = (name: string) => headerOf(headers, name)?.toLowerCase() ?? ''
  if (sender === '' || value('return-path') === '<>') return true
  const submitted = value('auto-submitted')
  if (submitted !== '' && !submitted.startsWith('no')) return true
  if (/\b(?:bulk|junk|list|auto[_-]?reply)\b/.test(value('precedence'))) return true
  if (SIGNS.some((name) => headers.has(name)) || value('x-apple-action') === 'vacation') return true
  // Exchange asks that nobody answers its absence notices.
  if (/\b(?:all|oof|autoreply)\b/.test(value('x-auto-response-suppress'))) return true
  if (/^multipart\/report\b/.test(value('content-type'))) return true
  return SUBJECTS.test(subject)
}

const SIGNS = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-reply-from',
  'x-mail-autoreply',
  'x-ms-exchange-inbox-rules-loop',
  'x-vacation',
  'x-facebook-notify',
  'list-id',
  'feedback-id',
]

/** How the programs that say nothing in headers call theirs. */
const SUBJECTS =
  /^\s*(?:auto(?:matic|mated|matisch\w*)?[ -]?(?:reply|response|antwort)|auto:|out of (?:the )?office|abwesen|automatische antwort|r[ée]ponse automatique|absence du bureau|respuesta autom[áa]tica|fuera de (?:la )?oficina|risposta automatica|自動返信|不在|رد تلقائي)/i
