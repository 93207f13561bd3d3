import { createHash } from 'node:crypto'

/** Which mail of which newsletter a message is; `publicUrl` names the sender. */
export type MailIdentity = {
  /** The slug, which stays for ever. */
  readonly newsletter: string
  readonly publicUrl: string
}

/**
 * The headers of an issue: those that make it part of a list, and Gmail's. `oneClickUrl` ends the subscription with a
 * POST (RFC 8058 section 3.1: one https URI, and exactly this Post value), `leaveUrl` with a mail, for programs that
 * know no other way (RFC 2369); `List-Id` is RFC 2919's stable name.
 */
export function issueHeaders(
  mail: MailIdentity & {
    readonly issueId: string
    readonly oneClickUrl: string
    readonly leaveUrl?: string | undefined
  },
) {
  const ways = [mail.oneClickUrl, ...(mail.leaveUrl === undefined ? [] : [mail.leaveUrl])]
  return {
    'List-Unsubscribe': ways.map((way) => `<${way}>`).join(', '),
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': `<${mail.newsletter}.${new URL(mail.publicUrl).hostname}>`,
    'Feedback-ID': feedbackId(mail, mail.issueId, 'issue'),
  }
}

/**
 * The headers of a mail that answers something one reader did, such as asking to subscribe. It is not of the list, so
 * there is nothing to leave; machines must not answer it (RFC 3834 section 5).
 */
export function singleHeaders(mail: MailIdentity & { readonly template: string }) {
  return {
    'Auto-Submitted': 'auto-generated',
    'Feedback-ID': feedbackId(mail, mail.template, 'single'),
  }
}

/**
 * What Gmail counts complaints by: up to three names of our own, then the sender's, of 5 to 15 characters, which has to
 * stay the same in all mail of theirs. It tells nothing about who a message goes to.
 */
function feedbackId({ newsletter, publicUrl }: MailIdentity, mail: string, kind: 'issue' | 'single'): string {
  const sender = createHash('sha256').update(new URL(publicUrl).hostname).digest('hex').slice(0, 12)
  return [mail.replaceAll(':', '_'), newsletter, kind, sender].join(':')
}
