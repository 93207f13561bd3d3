import type { ReactNode } from 'react'
import { useMail } from '../mail.tsx'
import type { NewsletterProps } from '../props.ts'
import { Slot, useSlots, When } from '../slots.tsx'
import { blend, spaced } from '../theme.ts'
import { Box, Rule } from './box.tsx'
import { Lines } from './lines.tsx'
import { Phrase } from './phrase.tsx'

type FooterProps = { readonly newsletter: NewsletterProps }

/** The end of an issue: a word to the reader, why they get it, how to leave, and who sent it. */
export function Footer({ newsletter }: FooterProps) {
  const { strings, looks, words } = useMail()
  const slots = useSlots()
  return (
    <Closing>
      <p {...looks.small}>
        <span {...words}>
          <ToReader named={strings.thanksNamed} otherwise={strings.thanks} />
        </span>{' '}
        <span dir="auto">{newsletter.reason}</span>
      </p>
      <p className="on-screen" style={{ margin: '8px 0 0' }} {...words}>
        <FooterLink href={slots.url('unsubscribe')}>{strings.unsubscribe}</FooterLink>
        <Dot />
        <FooterLink href={slots.url('preferences')}>{strings.preferences}</FooterLink>
        <Dot />
        <FooterLink href={slots.url('view')}>{strings.viewInBrowser}</FooterLink>
      </p>
      <Imprint newsletter={newsletter} />
    </Closing>
  )
}

/** The end of a mail that answers a reader's own request: who sent it, and what `children` add above. */
export function Colophon({ newsletter, children }: FooterProps & { children?: ReactNode }) {
  return (
    <Closing>
      {children}
      <Imprint newsletter={newsletter} />
    </Closing>
  )
}

/** A sentence with the reader's name in it, or `otherwise` for readers whose name is not known. */
export function ToReader({ named, otherwise }: { named: string; otherwise: string }) {
  // A name may be written in another direction than the sentence around it.
  const name = (
    <span dir="auto">
      <Slot name="first_name" fallback="" />
    </span>
  )
  return (
    <When attribute="first_name" otherwise={otherwise}>
      <Phrase pattern={named} values={{ name }} />
    </When>
  )
}

function Closing({ children }: { children: ReactNode }) {
  return (
    <Box top={4} bottom={5}>
      <Rule tone="ink" />
      <Box flush top={2}>
        {children}
      </Box>
    </Box>
  )
}

function Imprint({ newsletter: { senderName, postalAddress, branding } }: FooterProps) {
  const { looks } = useMail()
  return (
    <>
      {branding?.footer && (
        <p {...spaced(looks.small, 1)}>
          <Lines text={branding.footer} />
        </p>
      )}
      <p {...spaced(looks.small, 1)}>
        <Lines text={`${senderName}\n${postalAddress}`} />
      </p>
    </>
  )
}

/** A link in small type. */
export function FooterLink({ href, children }: { href: string; children: string }) {
  const { looks } = useMail()
  return (
    <a href={href} {...blend(looks.small, looks.quietLink)}>
      {children}
    </a>
  )
}

/** What stands between two links of a line. */
export function Dot() {
  const { looks } = useMail()
  return <span {...looks.small}>{' · '}</span>
}
