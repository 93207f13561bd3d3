import type { ReactNode } from 'react'
import type { Direction } from '../props.ts'
import { blend, endOf, GUTTER, type Look, ruled, startOf, steps } from '../theme.ts'

type BoxProps = {
  readonly look?: Look
  /** Space inside, above and below, in steps of 8 px. */
  readonly top?: number
  readonly bottom?: number
  /** Without the margins left and right of the text. */
  readonly flush?: boolean
  readonly lang?: string
  readonly dir?: Direction
  readonly children: ReactNode
}

/**
 * A full-width part of a mail. It is a table because Outlook lays out nothing else, and its padding is on the cell
 * because Outlook ignores it anywhere else.
 */
export function Box({ look, top = 0, bottom = 0, flush = false, lang, dir, children }: BoxProps) {
  const side = flush ? '0' : `${GUTTER}px`
  const padding: Look = {
    className: flush ? undefined : 'gutter',
    style: { padding: `${steps(top)} ${side} ${steps(bottom)}` },
  }
  return (
    <Layout width="fixed">
      <td lang={lang} dir={dir} {...blend(padding, dir ? aligned(dir) : {}, look ?? {})}>
        {children}
      </td>
    </Layout>
  )
}

type LayoutProps = {
  readonly children: ReactNode
  /** `fixed` keeps to the width there is, whatever a cell holds; `hug` is as wide as its cells. */
  readonly width?: 'fixed' | 'full' | 'hug'
}

/** A table of one row that only arranges its cells; screen readers pass over it. */
export function Layout({ children, width = 'full' }: LayoutProps) {
  const style = width === 'fixed' ? ({ tableLayout: 'fixed' } as const) : undefined
  const across = width === 'hug' ? undefined : '100%'
  return (
    <table role="presentation" width={across} cellPadding={0} cellSpacing={0} border={0} style={style}>
      <tbody>
        <tr>{children}</tr>
      </tbody>
    </table>
  )
}

/** Two cells of one row: the first at the side where lines begin, the second at the other. */
export function Ends({ dir, look, first, last }: { dir: Direction; look: Look; first: ReactNode; last: ReactNode }) {
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
  return (
    <Layout>
      <td {...blend(ruled('Top', tone), { style: { fontSize: 0, lineHeight: 0 } })}>{'\u00a0'}</td>
    </Layout>
  )
}

function aligned(dir: Direction): Look {
  return { style: { textAlign: startOf(dir) } }
}
