import { Head, Html } from '@react-email/components'
import type { ReactNode } from 'react'
import { MailProvider, useMail } from '../mail.tsx'
import type { NewsletterProps } from '../props.ts'
import { styleOf } from '../style.ts'
import { blend, startOf, WIDTH } from '../theme.ts'
import { Preheader } from './preheader.tsx'

type ShellProps = {
  /** Whose mail this is: it decides language, direction, colours and faces of everything inside. */
  readonly newsletter: NewsletterProps
  /** The subject: the document's title, and what a screen reader calls the mail. */
  readonly title: string
  readonly preheader: string
  readonly children: ReactNode
}

/** The page around every mail: head, preheader and one column, 600 px wide where there is room. */
export function Shell({ newsletter, ...page }: ShellProps) {
  return (
    <MailProvider newsletter={newsletter}>
      <Page {...page} />
    </MailProvider>
  )
}

function Page({ title, preheader, children }: Omit<ShellProps, 'newsletter'>) {
  const { lang, dir, looks } = useMail()
  // Web clients throw html and body away, with the language on them: the first element inside says it again.
  return (
    <Html lang={lang} dir={dir}>
      <MailHead title={title} />
      <body lang={lang} dir={dir} {...blend(looks.paper, { style: { margin: 0, padding: 0 } })}>
        {/* biome-ignore lint/a11y/useSemanticElements: mail clients drop <article> */}
        <div role="article" aria-roledescription="email" aria-label={title} lang={lang} dir={dir} {...looks.paper}>
          <Preheader text={preheader} />
          <Column>{children}</Column>
        </div>
      </body>
    </Html>
  )
}

function MailHead({ title }: { title: string }) {
  const { theme } = useMail()
  return (
    <Head>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="supported-color-schemes" content="light dark" />
      <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
      <title>{title}</title>
      <style>{styleOf(theme)}</style>
    </Head>
  )
}

// Fixed layout and broken words: one endless word must not widen the column.
function Column({ children }: { children: ReactNode }) {
  const { dir, looks } = useMail()
  const column = { maxWidth: `${WIDTH}px`, margin: '0 auto', tableLayout: 'fixed' } as const
  return (
    <>
      <OutlookColumn edge="open600" />
      <table
        role="presentation"
        width="100%"
        cellPadding={0}
        cellSpacing={0}
        border={0}
        {...blend(looks.paper, { style: column })}
      >
        <tbody>
          <tr>
            <td dir={dir} style={{ padding: 0, textAlign: startOf(dir), overflowWrap: 'break-word' }}>
              {children}
            </td>
          </tr>
        </tbody>
      </table>
      <OutlookColumn edge="close" />
    </>
  )
}

/**
 * Where a table of fixed width opens and closes for Outlook, which knows no `max-width`. React cannot write half a
 * conditional comment, so this leaves a mark that is replaced after rendering; unreplaced, it shows nothing.
 */
function OutlookColumn({ edge }: { edge: 'open600' | 'close' }) {
  return <i data-mso={edge} />
}
