import { escapeHtml } from '../edition/escape.ts'
import type { OutboxEntry, OutboxMail } from './reading.ts'

/** Where the list leads, which differs between a server and a folder. */
export type ListLinks = {
  readonly mail: (entry: OutboxEntry) => string
  /** The page behind this one. */
  readonly next?: string | undefined
}

/** Where a mail's page leads: back to the list, and to the file itself. */
export type MailLinks = { readonly list: string; readonly file: string }

/** The list of mails, as a whole page. Needs no script and nothing from elsewhere. */
export function outboxListPage(entries: readonly OutboxEntry[], total: number, links: ListLinks): string {
  const shown = entries.length < total ? `${count(entries.length)} of ${mails(total)}` : mails(total)
  const rows = entries.map((entry) => listRow(entry, links.mail(entry))).join('')
  const list =
    entries.length === 0 ? '<p class="empty">Nothing yet. What you send will be here.</p>' : `<ol>${rows}</ol>`
  const next = links.next === undefined ? '' : `<p><a href="${escapeHtml(links.next)}">Older mail</a></p>`
  const lead = `<p class="lead">${shown}, newest first. Kept on this machine; nothing was sent.</p>`
  return page('Outbox', `<header><h1>Outbox</h1>${lead}</header><main>${list}${next}</main>`)
}

/** One mail, as a whole page: headers, the html part in a frame without scripts, the text part. */
export function outboxMailPage(mail: OutboxMail, links: MailLinks): string {
  const [first, others] = sortHeaders(mail.headers)
  const back = `<p class="back"><a href="${escapeHtml(links.list)}">Outbox</a></p>`
  const frame = `srcdoc="${escapeHtml(withBlankTarget(mail.html))}"`
  const main = `<dl>${factRows(first)}</dl>
<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" ${frame}></iframe>
<details><summary>Plain text</summary><pre>${escapeHtml(mail.text)}</pre></details>
<details><summary>More headers</summary><dl>${factRows(others)}</dl></details>
<p><a href="${escapeHtml(links.file)}">The mail as a file</a></p>`
  return page(mail.subject, `<header>${back}<h1>${titleOf(mail)}</h1></header><main>${main}</main>`)
}

/** What a reader looks at first, and the rest; without what describes the file rather than the mail. */
function sortHeaders(headers: OutboxMail['headers']): [OutboxMail['headers'], OutboxMail['headers']] {
  const shown = headers.filter(({ name }) => !/^(?:content-|mime-version$|subject$)/i.test(name))
  const isFirst = ({ name }: { name: string }) => /^(?:from|to|date)$/i.test(name)
  return [shown.filter(isFirst), shown.filter((header) => !isFirst(header))]
}

function listRow(entry: OutboxEntry, href: string): string {
  const at = Number.isNaN(entry.at.getTime()) ? '' : entry.at.toISOString()
  const time = `<time datetime="${at}">${at.slice(0, 16).replace('T', ' ')} UTC</time>`
  return `<li><a href="${escapeHtml(href)}">${titleOf(entry)}</a>
<span>${escapeHtml(entry.to)}</span>${time}</li>`
}

function titleOf({ subject }: OutboxEntry): string {
  return escapeHtml(subject || '(no subject)')
}

function factRows(headers: OutboxMail['headers']): string {
  return headers.map(({ name, value }) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')
}

/** Links of the mail open beside it: a page of the web cannot be shown in the frame. */
function withBlankTarget(html: string): string {
  return /<head[^>]*>/i.test(html)
    ? html.replace(/<head[^>]*>/i, (head) => `${head}<base target="_blank">`)
    : `<base target="_blank">${html}`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function mails(number: number): string {
  return number === 1 ? '1 mail' : `${count(number)} mails`
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>${body}</body>
</html>
`
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fffdf9; --soft: #5f5b54; --rule: #d9d4ca; --accent: #8a1c1c }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --paper: #16181b; --soft: #a5a199; --rule: #3a3d42; --accent: #f0a3a3 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font: 400 2.125rem/2.5rem Georgia, 'Times New Roman', serif; overflow-wrap: anywhere }
header { padding-bottom: 1rem; border-bottom: 1px solid var(--ink) }
a { color: inherit; text-decoration-color: var(--accent); text-underline-offset: 0.2em }
a:hover { color: var(--accent) }
.lead, .back, time, dt { color: var(--soft); font-size: 0.875rem }
.lead, .back { margin: 0.5rem 0 0 }
ol { margin: 0; padding: 0; list-style: none }
li { display: grid; grid-template-columns: minmax(0, 1fr) 15rem max-content; gap: 0.25rem 1.5rem; align-items: baseline;
  padding: 0.75rem 0; border-bottom: 1px solid var(--rule) }
li a { font: 1.125rem/1.5rem Georgia, 'Times New Roman', serif; text-decoration: none; overflow-wrap: anywhere }
li span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 0.875rem }
time { font-variant-numeric: tabular-nums; white-space: nowrap }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.25rem 1rem; margin: 1rem 0; font-size: 0.875rem }
dd { margin: 0; overflow-wrap: anywhere }
iframe { display: block; width: 100%; height: 75vh; resize: both; border: 1px solid var(--rule); background: var(--paper) }
details { margin-top: 1rem }
summary { cursor: pointer }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.875rem/1.5 ui-monospace, monospace }
@media (max-width: 40rem) { li { grid-template-columns: 1fr } dl { grid-template-columns: 1fr } dd { margin-bottom: 0.5rem } }
`
