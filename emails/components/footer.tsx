import type { ReactNode } from 'react'
import type { NewsletterProps } from '../props.ts'
import { Slot, useSlots, When } from '../slots.tsx'
import { type Strings, wordsIn } from '../strings.ts'
import { blend, looks } from '../theme.ts'
import { Box, Rule } from './box.tsx'
import { Lines } from './lines.tsx'
import { Phrase } from './phrase.tsx'

type FooterProps = { readonly newsletter: NewsletterProps; readonly strings: Strings }

/** The end of an issue: a word to the reader, why they get it, how to leave, and who sent it. */
export function Footer({ newsletter, strings }: FooterProps) {
  const slots = useSlots()
  return (
    <Closing>
      <p {...looks.small}>
        <span {...wordsIn(strings, { lang: newsletter.locale })}>
          <Thanks strings={strings} />
        </span>{' '}
        {newsletter.reason}
      </p>
      <p className="on-screen" style={{ margin: '8px 0 0' }}>
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

/** The end of a mail that answers a reader's own request: only who sent it. */
export function Colophon({ newsletter }: { newsletter: NewsletterProps }) {
  return (
    <Closing>
      <Imprint newsletter={newsletter} />
    </Closing>
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

function Thanks({ strings }: { strings: Strings }) {
  return (
    <When attribute="first_name" otherwise={strings.thanks}>
      <Phrase pattern={strings.thanksNamed} values={{ name: <Slot name="first_name" fallback="" /> }} />
    </When>
  )
}

function Imprint({ newsletter }: { newsletter: NewsletterProps }) {
  return (
    <p dir="auto" {...blend(looks.small, { style: { margin: '8px 0 0' } })}>
      {newsletter.senderName}
      <br />
      <Lines text={newsletter.postalAddress} />
    </p>
  )
}

function FooterLink({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} {...blend(looks.small, looks.quietLink)}>
      {children}
    </a>
  )
}

function Dot() {
  return <span {...looks.small}>{' · '}</span>
}
