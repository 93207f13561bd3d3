import type { ReactNode } from 'react'
import { TongueProvider, useMail } from '../mail.tsx'
import type { Direction } from '../props.ts'
import { blend, endOf, GUTTER, type Look, lined, startOf, steps } from '../theme.ts'

type BoxProps = {
  readonly look?: Look
  /** Space inside, above and below, in steps of 8 px. */
  readonly top?: number
  readonly bottom?: number
  /** Without the margins left and right of the text. */
  readonly flush?: boolean
  readonly children: ReactNode
}

/**
 * A full-width part of a mail. It is a table because Outlook lays out nothing else, and its padding is on the cell
 * because Outlook ignores it anywhere else.
 */
export function Box({ look, top = 0, bottom = 0, flush = false, children }: BoxProps) {
  return (
    <Layout width="fixed">
      <td {...blend(padded(top, bottom, flush), look ?? {})}>{children}</td>
    </Layout>
  )
}

type PassageProps = Omit<BoxProps, 'look'> & { readonly lang: string; readonly dir: Direction }

/** A box of text in a language and direction of its own: an article, whatever newsletter it stands in. */
export function Passage({ top = 0, bottom = 0, flush = false, lang, dir, children }: PassageProps) {
  return (
    <TongueProvider lang={lang} dir={dir}>
      <Layout width="fixed">
        <td lang={lang} dir={dir} {...blend(padded(top, bottom, flush), { style: { textAlign: startOf(dir) } })}>
          {children}
        </td>
      </Layout>
    </TongueProvider>
  )
}

type LayoutProps = {
  readonly children: ReactNode
  /** `fixed` keeps to the width there is, whatever a cell holds; `hug` is as wide as its cells. */
  readonly width?: 'fixed' | 'full' | 'hug'
}

/** A table of one row that only arranges its cells; screen readers pass over it. */
export function Layout({ children, width = 'full' }: LayoutProps) {
  const { dir } = useMail()
  const style = width === 'fixed' ? ({ tableLayout: 'fixed' } as const) : undefined
  const across = width === 'hug' ? undefined : '100%'
  return (
    <table
      role="presentation"
      // Outlook orders cells from left to right unless the table itself says otherwise.
      dir={dir === 'rtl' ? 'rtl' : undefined}
      width={across}
      cellPadding={0}
      cellSpacing={0}
      border={0}
      style={style}
    >
      <tbody>
        <tr>{children}</tr>
      </tbody>
    </table>
  )
}

/** Two cells of one row: the first at the side where lines begin, the second at the other. */
export function Ends({ look, first, last }: { look: Look; first: ReactNode; last: ReactNode }) {
  const { dir } = useMail()
  return (
    <Layout>
      <td valign="top" {...blend(look, { style: { textAlign: startOf(dir) } })}>
        {first}
      </td>
      <td valign="top" {...blend(look, { style: { textAlign: endOf(dir), whiteSpace: 'nowrap' } })}>
        {last}
      </td>
    </Layout>
  )
}

/** A hairline across the text. */
export function Rule({ tone = 'rule' }: { tone?: 'rule' | 'ink' }) {
  const { looks } = useMail()
  const line = tone === 'ink' ? looks.inkLine : looks.ruleLine
  return (
    <Layout>
      <td {...blend(lined('Top', line), { style: { fontSize: 0, lineHeight: 0 } })}>{'\u00a0'}</td>
    </Layout>
  )
}

function padded(top: number, bottom: number, flush: boolean): Look {
  const side = flush ? '0' : `${GUTTER}px`
  return { className: flush ? undefined : 'gutter', style: { padding: `${steps(top)} ${side} ${steps(bottom)}` } }
}
