import type { MailFacts } from '../../src/check/mail.ts'
import type { Edition, Piece } from '../../src/edition/edition.ts'

/** A mail that keeps every rule, but for what a test is about. */
export type Mail = {
  readonly head?: string
  /** In place of everything between the preheader and the footer. */
  readonly body?: string
  readonly footer?: string
  readonly preheader?: string
  /** In place of the whole page. */
  readonly page?: string
  readonly subject?: string
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly facts?: Partial<MailFacts>
}

export const LINKS = {
  unsubscribe: 'https://news.press/unsubscribe/abc',
  preferences: 'https://news.press/preferences/abc',
  one_click: 'https://news.press/u/abc',
  view: 'https://news.press/view/abc',
}

const ADDRESS = '4 Quay Street, Port Hale'
const FOOTER = `<p style="color:#1a1a1a">${ADDRESS}</p><p><a href="[unsubscribe]" style="color:#1a1a1a">Unsubscribe</a></p>`

/** The edition of such a mail. In its parts `[name]` is a URL slot of that name and `[[name|fallback]]` a text slot. */
export function anEdition(mail: Mail = {}): Edition {
  const { subject = 'The gate stays open', preheader = 'The harbour pilots want a say in when it closes.' } = mail
  const { text = `The tide gate\n\nIt stays open.\n\n${ADDRESS}\n[unsubscribe]\n` } = mail
  const { headers = { 'List-Unsubscribe': '<[one_click]>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } } =
    mail
  const { head = '', footer = FOOTER, body = '<h1>The tide gate</h1><p>It stays open.</p>' } = mail
  const page =
    mail.page ??
    `<!DOCTYPE html><html lang="en" dir="ltr"><head><title>${subject || 'A title'}</title>${head}</head>` +
      `<body style="background-color:#ffffff;color:#1a1a1a"><div style="display:none;max-height:0;overflow:hidden">${preheader}</div>` +
      `${body}${footer}</body></html>`
  return {
    hash: 'made-up',
    template: 'made-up',
    locale: 'en',
    subject: pieces(subject, 'header'),
    html: pieces(page, 'html'),
    text: pieces(text, 'text'),
    headers: Object.entries(headers).map(([name, value]) => ({ name, value: pieces(value, 'header') })),
  }
}

/** What has to be known of such a mail. */
export function factsOf({ facts }: Mail = {}): MailFacts {
  return { kind: 'issue', postalAddress: ADDRESS, hasOwnText: true, ...facts }
}

function pieces(text: string, context: 'html' | 'text' | 'header'): readonly Piece[] {
  return text.split(/(\[[a-z_]+\]|\[\[[^\]]*\]\])/).flatMap((part): Piece[] => {
    const url = /^\[([a-z_]+)\]$/.exec(part)?.[1]
    const [, name, fallback] = /^\[\[([a-z_]+)\|([^\]]*)\]\]$/.exec(part) ?? []
    if (url !== undefined) return [{ slot: { kind: 'url', name: url }, context: context === 'html' ? 'url' : context }]
    if (name !== undefined) return [{ slot: { kind: 'text', name, fallback: fallback ?? '' }, context }]
    return part === '' ? [] : [part]
  })
}
