import { addressIn, headerOf, type ParsedMail, readHeaders } from './parse.ts'

/** A feedback report (RFC 5965). */
export type Complaint = {
  /** A reader called the mail unwanted. Other kinds of report (authentication failures, say) change nothing. */
  readonly isAbuse: boolean
  /** Who it went to, by the report; often left out. In lower case. */
  readonly addresses: readonly string[]
}

/** Reads a complaint; null: it is none. */
export function readComplaint({ feedback, from, original }: ParsedMail): Complaint | null {
  const [report] = feedback.map(readHeaders)
  if (report) {
    const named = [...(report.get('original-rcpt-to') ?? []), ...(report.get('removal-recipient') ?? [])].map(addressIn)
    const addresses = [...new Set(named.filter((address) => address !== null))]
    return { isAbuse: ABUSE.has(headerOf(report, 'feedback-type')?.toLowerCase() ?? ''), addresses }
  }
  // Outlook.com's own form, from before there was a standard.
  const recipient = addressIn(original ? headerOf(original, 'x-hmxmroriginalrecipient') : undefined)
  return from === 'staff@hotmail.com' && recipient ? { isAbuse: true, addresses: [recipient] } : null
}

// RFC 5965 section 7.3; `opt-out` is asked for by RFC 6650's forerunners and means the same to us.
const ABUSE = new Set(['abuse', 'fraud', 'opt-out', 'opt-out-list'])
