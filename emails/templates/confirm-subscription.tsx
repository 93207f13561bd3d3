import { Action, Line, Notice } from '../components/notice.tsx'
import { actionText, noticeText } from '../notice-text.ts'
import { type NewsletterProps, type SingleProps, singleProps } from '../props.ts'
import { sampleNewsletter } from '../sample.ts'
import { type SlotSheet, useSlots, When } from '../slots.tsx'
import { phrase, stringsFor } from '../strings.ts'

type ForNewsletter = { readonly newsletter: NewsletterProps }

export const kind = 'single'
export const props = singleProps

export function subject({ newsletter }: ForNewsletter): string {
  return phrase(stringsFor(newsletter.locale).confirmSubject, { newsletter: newsletter.name })
}

export function preheader({ newsletter }: ForNewsletter): string {
  return phrase(stringsFor(newsletter.locale).confirmPreheader, { newsletter: newsletter.name })
}

export const PreviewProps: SingleProps = {
  newsletter: sampleNewsletter,
  subject: subject({ newsletter: sampleNewsletter }),
  preheader: preheader({ newsletter: sampleNewsletter }),
}

/** Asks whether a subscription was wanted. It advertises nothing, because nobody has agreed to anything yet. */
export default function ConfirmSubscription(mail: SingleProps) {
  const strings = stringsFor(mail.newsletter.locale)
  return (
    <Notice mail={mail} title={strings.confirmTitle}>
      <Line>{phrase(strings.confirmAsk, { newsletter: mail.newsletter.name })}</Line>
      <Action href={useSlots().url('confirm')} label={strings.confirmButton} />
      <Line>
        {strings.confirmExpiry}
        <When attribute="confirm_by_mail"> {strings.confirmReply}</When>
      </Line>
      <Line>{strings.confirmIgnore}</Line>
    </Notice>
  )
}

// Where React Email's own preview looks for them.
ConfirmSubscription.PreviewProps = PreviewProps

export function text(mail: SingleProps, sheet: SlotSheet): string {
  const strings = stringsFor(mail.newsletter.locale)
  // There where mail is taken in: an answer then comes to an address that confirms.
  const answer = sheet.when('confirm_by_mail', undefined)
  return noticeText(mail, sheet, strings.confirmTitle, [
    phrase(strings.confirmAsk, { newsletter: mail.newsletter.name }),
    actionText(strings.confirmButton, sheet.url('confirm')),
    `${strings.confirmExpiryLink}${answer.open} ${strings.confirmReply}${answer.otherwise}${answer.close}`,
    strings.confirmIgnore,
  ])
}
