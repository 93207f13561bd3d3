import type { IssueProps, SingleProps } from '../../emails/props.ts'
import type { MailToCheck } from '../../src/check/mail.ts'
import { readersOf } from '../../src/check/readers.ts'
import type { Edition } from '../../src/edition/edition.ts'
import { editionOf, ISSUES, NOTICES, propsIn } from '../emails/mails.ts'
import { LINKS } from './mails.ts'

/** The templates that come with Pressroom. */
export const OURS: readonly string[] = [...Object.keys(ISSUES), ...NOTICES]

/** A mail of ours in a language, with the headers that it leaves with; addresses are none for examples. */
export async function ourMail(template: string, language: string): Promise<MailToCheck> {
  const props = moved(propsIn(template, language))
  const rendered = await editionOf(template, props)
  const kind = 'issue' in props ? 'issue' : 'single'
  const edition = kind === 'issue' ? { ...rendered, headers: HEADERS } : rendered
  const facts = { kind, postalAddress: props.newsletter.postalAddress, hasOwnText: true } as const
  return { edition, facts, readers: readersOf(edition, { ...LINKS, ...SINGLE_LINKS }) }
}

const SINGLE_LINKS = { confirm: 'https://news.press/confirm/abc', subscribe: 'https://news.press/n/harbour' }
const HEADERS: Edition['headers'] = [
  {
    name: 'List-Unsubscribe',
    value: ['<', { slot: { kind: 'url', name: 'one_click' }, context: 'header' }, '>'],
  },
  { name: 'List-Unsubscribe-Post', value: ['List-Unsubscribe=One-Click'] },
]

function moved<Props extends IssueProps | SingleProps>(props: Props): Props {
  return JSON.parse(JSON.stringify(props).replaceAll('.example', '.press'))
}
