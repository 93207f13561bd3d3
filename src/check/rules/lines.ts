import { preheaderOf } from '../mail.ts'
import { cut, visible } from '../page.ts'
import type { Fault, Rule } from '../rule.ts'

const LONG_SUBJECT = 78
const SHORT_PREHEADER = 30
const LONG_PREHEADER = 160

export const subject: Rule = {
  id: 'subject',
  severity: 'error',
  explains: 'The subject is not empty; one that most inboxes would cut, or that shouts in capitals, is a warning.',
  mend: 'Write a subject of at most 60 characters, as a sentence is written.',
  find({ message: { subject } }) {
    const line = visible(subject)
    if (line === '') return [{ where: 'subject', message: 'The subject is empty.' }]
    const faults: Fault[] = []
    const places = placesOf(line)
    if (places > LONG_SUBJECT) {
      faults.push({
        where: 'subject',
        message: `The subject takes ${places} places; inboxes show 40 to 70.`,
        severity: 'warning',
      })
    }
    if (shouts(line)) {
      faults.push({ where: 'subject', message: 'The subject is all in capitals, as junk is.', severity: 'warning' })
    }
    return faults
  },
}

export const preheader: Rule = {
  id: 'preheader',
  severity: 'warning',
  explains:
    'The mail begins with a hidden preheader, neither very short nor long, that says more than the subject: inboxes show it behind that.',
  mend: 'Write one of 40 to 110 characters for the issue, and begin the template with it.',
  find(mail) {
    const { text, isOwn } = preheaderOf(mail)
    const where = 'preheader'
    if (!isOwn) {
      return [{ where, message: `There is none; inboxes show the first words instead: “${cut(text, 60)}”.` }]
    }
    if (sameWords(text, mail.message.subject)) return [{ where, message: 'It says the same as the subject.' }]
    const places = placesOf(text)
    if (places >= SHORT_PREHEADER && places <= LONG_PREHEADER) return []
    return [{ where, message: `It takes ${places} places; inboxes show 40 to 110.` }]
  },
}

function sameWords(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => visible(text).toLowerCase().replace(/\p{P}/gu, ''))
  return a === b
}

// A Chinese, Japanese or Korean character takes the place of two.
function placesOf(line: string): number {
  return [...line].reduce(
    (places, character) => places + (/\p{Ideographic}|[\u3040-\u30ff\uac00-\ud7af]/u.test(character) ? 2 : 1),
    0,
  )
}

function shouts(line: string): boolean {
  const letters = line.match(/\p{Lu}|\p{Ll}/gu) ?? []
  return letters.length >= 10 && letters.every((letter) => /\p{Lu}/u.test(letter)) && /\s/.test(line)
}
