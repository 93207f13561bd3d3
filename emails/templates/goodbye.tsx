import { Action, Line, Notice } from '../components/notice.tsx'
import { actionText, noticeText } from '../notice-text.ts'
import { type NewsletterProps, type SingleProps, singleProps } from '../props.ts'
import { sampleNewsletter } from '../sample.ts'
import { type SlotSheet, useSlots } from '../slots.tsx'
import { phrase, stringsFor } from '../strings.ts'

type ForNewsletter = { readonly newsletter: NewsletterProps }

export const kind = 'single'
export const props = singleProps

export function subject({ newsletter }: ForNewsletter): string {
  return phrase(stringsFor(newsletter.locale).goodbyeSubject, { newsletter: newsletter.name })
}

export function preheader({ newsletter }: ForNewsletter): string {
  return stringsFor(newsletter.locale).goodbyePreheader
}

export const PreviewProps: SingleProps = {
  newsletter: sampleNewsletter,
  subject: subject({ newsletter: sampleNewsletter }),
  preheader: preheader({ newsletter: sampleNewsletter }),
}

/** Says that a subscription has ended, and how to come back. It asks for no reason and tries to keep nobody. */
export default function Goodbye(mail: SingleProps) {
  const strings = stringsFor(mail.newsletter.locale)
  return (
    <Notice mail={mail} title={strings.goodbyeTitle}>
      <Line>{phrase(strings.goodbyeDone, { newsletter: mail.newsletter.name })}</Line>
      <Line>{strings.goodbyeMistake}</Line>
      <Action href={useSlots().url('subscribe')} label={strings.goodbyeButton} />
    </Notice>
  )
}

// Where React Email's own preview looks for them.
Goodbye.PreviewProps = PreviewProps

export function text(mail: SingleProps, sheet: SlotSheet): string {
  const strings = stringsFor(mail.newsletter.locale)
  return noticeText(mail, sheet, strings.goodbyeTitle, [
    phrase(strings.goodbyeDone, { newsletter: mail.newsletter.name }),
    strings.goodbyeMistake,
    actionText(strings.goodbyeButton, sheet.url('subscribe')),
  ])
}
