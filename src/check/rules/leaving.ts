import { readersLink } from '../mail.ts'
import { attribute, outward, textOf, visible } from '../page.ts'
import type { Rule } from '../rule.ts'
import { isHidden } from '../visibility.ts'
import { linksOf } from './links.ts'

export const unsubscribeLink: Rule = {
  id: 'unsubscribe-link',
  severity: 'error',
  explains:
    'An issue shows a link to unsubscribe in its html and has it in its text, as law and mailbox providers ask for.',
  mend: 'Link useSlots().url("unsubscribe") where everybody can see it, and write it into the text part.',
  find({ facts, page, message }) {
    if (facts.kind === 'single') return []
    const address = readersLink('unsubscribe')
    const links = linksOf(page.elements).filter((link) => attribute(link, 'href') === address)
    const seen = links.filter((link) => !isHidden(outward(link)) && textOf(link) !== '')
    return [
      ...(seen.length === 0 ? [{ where: 'html', message: 'No link that can be seen leads to unsubscribing.' }] : []),
      ...(message.text.includes(address)
        ? []
        : [{ where: 'text', message: 'The text part has no link to unsubscribe.' }]),
    ]
  },
}

export const listUnsubscribe: Rule = {
  id: 'list-unsubscribe',
  severity: 'error',
  explains:
    'An issue carries List-Unsubscribe with an https address and List-Unsubscribe-Post (RFC 8058), which Gmail and Yahoo ask of bulk senders.',
  mend: 'Pressroom writes both; do not take them away.',
  find({ facts, message }) {
    if (facts.kind === 'single') return []
    const headerOf = (name: string) => message.headers.find((header) => header.name.toLowerCase() === name)?.value ?? ''
    const address = /<(https?:\/\/[^>]+)>/.exec(headerOf('list-unsubscribe'))
    const post = headerOf('list-unsubscribe-post')
    return [
      ...(address ? [] : [{ where: 'headers', message: 'List-Unsubscribe with a web address is missing.' }]),
      ...(post === 'List-Unsubscribe=One-Click'
        ? []
        : [{ where: 'headers', message: 'List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing.' }]),
    ]
  },
}

export const postalAddress: Rule = {
  id: 'postal-address',
  severity: 'error',
  explains: 'The mail shows where its sender can be reached by post, as the laws on bulk mail ask for.',
  mend: 'Give the newsletter a postal address, and show newsletter.postalAddress in the template.',
  find({ facts: { postalAddress: address }, page, message }) {
    const words = wordsOf(address ?? '')
    if (words === '') return [{ where: 'newsletter', message: 'The newsletter has no postal address.' }]
    return [
      ...(wordsOf(textOf(page.root)).includes(words) ? [] : ['html']),
      ...(wordsOf(message.text).includes(words) ? [] : ['text']),
    ].map((where) => ({ where, message: 'The postal address of the newsletter is not shown.' }))
  },
}

// Lines may be broken, and joined by commas, as a template likes.
function wordsOf(text: string): string {
  return visible(text)
    .replace(/[\s\p{P}]+/gu, ' ')
    .trim()
    .toLowerCase()
}
