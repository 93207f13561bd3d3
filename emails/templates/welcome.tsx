import { Dot, FooterLink } from '../components/footer.tsx'
import { Action, Line, Notice } from '../components/notice.tsx'
import { labelled, lines } from '../issue-text.ts'
import { useMail } from '../mail.tsx'
import { actionText, noticeText } from '../notice-text.ts'
import { type NewsletterProps, type SingleProps, singleProps } from '../props.ts'
import { sampleNewsletter } from '../sample.ts'
import { type SlotSheet, useSlots } from '../slots.tsx'
import { phrase, stringsFor } from '../strings.ts'

type ForNewsletter = { readonly newsletter: NewsletterProps }

export const kind = 'single'
export const props = singleProps

export function subject({ newsletter }: ForNewsletter): string {
  return phrase(stringsFor(newsletter.locale).welcomeSubject, { newsletter: newsletter.name })
}

export function preheader({ newsletter }: ForNewsletter): string {
  return stringsFor(newsletter.locale).welcomePreheader
}

export const PreviewProps: SingleProps = {
  newsletter: sampleNewsletter,
  subject: subject({ newsletter: sampleNewsletter }),
  preheader: preheader({ newsletter: sampleNewsletter }),
}

/** Says that a subscription is confirmed, what comes now, and how to leave. */
export default function Welcome(mail: SingleProps) {
  const { name, homepage, locale } = mail.newsletter
  const strings = stringsFor(locale)
  return (
    <Notice mail={mail} title={phrase(strings.welcomeTitle, { newsletter: name })} end={<Ways />}>
      <Line>{strings.welcomeConfirmed}</Line>
      {homepage && (
        <>
          <Line>{strings.welcomeMeanwhile}</Line>
          <Action href={homepage} label={phrase(strings.welcomeButton, { newsletter: name })} />
        </>
      )}
    </Notice>
  )
}

// Where React Email's own preview looks for them.
Welcome.PreviewProps = PreviewProps

function Ways() {
  const { strings, looks, words } = useMail()
  const slots = useSlots()
  return (
    <>
      <p {...looks.small} {...words}>
        {strings.welcomeLeave}
      </p>
      <p className="on-screen" style={{ margin: '8px 0 0' }} {...words}>
        <FooterLink href={slots.url('unsubscribe')}>{strings.unsubscribe}</FooterLink>
        <Dot />
        <FooterLink href={slots.url('preferences')}>{strings.preferences}</FooterLink>
      </p>
    </>
  )
}

export function text(mail: SingleProps, sheet: SlotSheet): string {
  const { name, homepage, locale } = mail.newsletter
  const strings = stringsFor(locale)
  return noticeText(mail, sheet, phrase(strings.welcomeTitle, { newsletter: name }), [
    strings.welcomeConfirmed,
    homepage && strings.welcomeMeanwhile,
    homepage && actionText(phrase(strings.welcomeButton, { newsletter: name }), homepage),
    strings.welcomeLeave,
    lines([
      labelled(strings.unsubscribe, sheet.url('unsubscribe')),
      labelled(strings.preferences, sheet.url('preferences')),
    ]),
  ])
}
