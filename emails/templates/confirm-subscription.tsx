import { Box } from '../components/box.tsx'
import { Button } from '../components/button.tsx'
import { Colophon } from '../components/footer.tsx'
import { Nameplate } from '../components/masthead.tsx'
import { Phrase } from '../components/phrase.tsx'
import { Shell } from '../components/shell.tsx'
import { type NewsletterProps, type SingleProps, singleProps } from '../props.ts'
import { sampleNewsletter } from '../sample.ts'
import { Slot, type SlotSheet, useSlots } from '../slots.tsx'
import { phrase, stringsFor } from '../strings.ts'
import { joined } from '../text.ts'
import { blend, looks, steps } from '../theme.ts'

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
  const { newsletter } = mail
  const strings = stringsFor(newsletter.locale)
  const nobody = strings.confirmNobody
  const spaced = { style: { margin: `0 0 ${steps(2)}` } }
  return (
    <Shell lang={newsletter.locale} dir={newsletter.dir} title={mail.subject} preheader={mail.preheader}>
      <Box top={3}>
        <Nameplate newsletter={newsletter} />
      </Box>
      <Box top={4} look={looks.text}>
        <h1 {...blend(looks.h2, { style: { margin: `0 0 ${steps(2)}` } })}>{strings.confirmTitle}</h1>
        <p {...spaced}>
          <Phrase pattern={strings.confirmGreeting} values={{ name: <Slot name="first_name" fallback={nobody} /> }} />
        </p>
        <p {...spaced}>{phrase(strings.confirmAsk, { newsletter: newsletter.name })}</p>
        <Box flush top={1} bottom={3}>
          <Button href={useSlots().url('confirm')} label={strings.confirmButton} />
        </Box>
        <p {...spaced}>{strings.confirmExpiry}</p>
        <p style={{ margin: 0 }}>{strings.confirmIgnore}</p>
      </Box>
      <Colophon newsletter={newsletter} />
    </Shell>
  )
}

export function text({ newsletter }: SingleProps, sheet: SlotSheet): string {
  const strings = stringsFor(newsletter.locale)
  return joined([
    strings.confirmTitle,
    phrase(strings.confirmGreeting, { name: sheet.text('first_name', strings.confirmNobody) }),
    phrase(strings.confirmAsk, { newsletter: newsletter.name }),
    `${strings.confirmButton}:\n${sheet.url('confirm')}`,
    strings.confirmExpiryLink,
    strings.confirmIgnore,
    `--\n${newsletter.senderName}\n${newsletter.postalAddress}`,
  ]).concat('\n')
}
