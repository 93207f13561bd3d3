import { createContext, type ReactNode, useContext } from 'react'
import type { Direction, NewsletterProps } from './props.ts'
import { type Strings, stringsFor, wordsIn } from './strings.ts'
import { type Looks, looksOf, type Theme, themeOf } from './theme.ts'

/** What every part of a mail may need to know of it. */
export type MailFacts = {
  readonly newsletter: NewsletterProps | undefined
  readonly strings: Strings
  readonly theme: Theme
  readonly looks: Looks
}

/** The language and direction of the text that a part of the mail stands in. */
export type Tongue = { readonly lang: string; readonly dir: Direction }

const MailContext = createContext<MailFacts>(factsOf(undefined))
const TongueContext = createContext<Tongue>({ lang: 'en', dir: 'ltr' })

/** Makes the parts of a mail look and speak like its newsletter. */
export function MailProvider({ newsletter, children }: { newsletter: NewsletterProps; children: ReactNode }) {
  return (
    <MailContext value={factsOf(newsletter)}>
      <TongueProvider lang={newsletter.locale} dir={newsletter.dir}>
        {children}
      </TongueProvider>
    </MailContext>
  )
}

/** Tells what is inside which language it stands in: an article's, which need not be the newsletter's. */
export function TongueProvider({ lang, dir, children }: Tongue & { children: ReactNode }) {
  return <TongueContext value={{ lang, dir }}>{children}</TongueContext>
}

/**
 * The mail under way: its newsletter, sentences and looks; the direction of the text around; and `words`, the
 * attributes that fixed sentences need there to be read in their own language.
 */
export function useMail() {
  const facts = useContext(MailContext)
  const { lang, dir } = useContext(TongueContext)
  return { ...facts, lang, dir, words: wordsIn(facts.strings, { lang }) }
}

function factsOf(newsletter: NewsletterProps | undefined): MailFacts {
  const theme = themeOf(newsletter?.branding)
  return { newsletter, strings: stringsFor(newsletter?.locale ?? 'en'), theme, looks: looksOf(theme) }
}
