import type { CSSProperties } from 'react'
import type { Direction } from './props.ts'

// Every look of a mail: inline styles for all clients, and below them the one style block for those that read it.
// Layout and light colours never depend on the block.

/** Inline styles, with the properties of Outlook's Word engine that React's types do not know. */
export type Css = CSSProperties & { msoHide?: 'all'; msoLineHeightRule?: 'exactly'; msoPaddingAlt?: string }

/** What an element needs to look right: `<p {...looks.dek}>`. The class only switches colours and sizes. */
export type Look = { readonly className?: string; readonly style?: Css }

export const WIDTH = 600
export const GUTTER = 24
/** The width of running text and of pictures, in pixels. */
export const MEASURE = WIDTH - 2 * GUTTER

export const light = {
  paper: '#fffdf9',
  ink: '#1a1a1a',
  muted: '#5c5850',
  rule: '#d8d2c6',
  accent: '#8f1f1b',
} as const

export const dark: { readonly [Name in keyof typeof light]: string } = {
  paper: '#16181b',
  ink: '#e8e6e1',
  muted: '#aaa69d',
  rule: '#3c3f44',
  accent: '#f0a08f',
}

// No quotes around names: inside a style attribute they would become &quot;, which some clients do not decode.
export const SERIF = 'Georgia,Times New Roman,Times,serif'
export const SANS = '-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif'
export const MONO = 'Menlo,Consolas,Liberation Mono,monospace'

/** `steps(2)` is 16 px: all spacing comes in steps of 8. */
export function steps(count: number): string {
  return count === 0 ? '0' : `${count * 8}px`
}

/** The side on which lines begin. */
export function startOf(dir: Direction): 'left' | 'right' {
  return dir === 'rtl' ? 'right' : 'left'
}

/** The side on which lines end. */
export function endOf(dir: Direction): 'left' | 'right' {
  return dir === 'rtl' ? 'left' : 'right'
}

const bold = 700
const small = { ...typeface(SANS, 14, 22), color: light.muted }

export const looks = {
  paper: { className: 'paper', style: { backgroundColor: light.paper, color: light.ink } },
  nameplate: { className: 'ink', style: { ...typeface(SERIF, 24, 32), fontWeight: bold, margin: 0, color: light.ink } },
  kicker: { className: 'accent', style: { ...typeface(SANS, 14, 22), fontWeight: bold, color: light.accent } },
  h1: { className: 'h1 ink', style: { ...typeface(SERIF, 34, 40), fontWeight: bold, margin: 0, color: light.ink } },
  h2: { className: 'ink', style: { ...typeface(SERIF, 24, 32), fontWeight: bold, margin: 0, color: light.ink } },
  h3: { className: 'ink', style: { ...typeface(SERIF, 20, 28), fontWeight: bold, margin: 0, color: light.ink } },
  h4: { className: 'ink', style: { ...typeface(SANS, 16, 24), fontWeight: bold, margin: 0, color: light.ink } },
  dek: { className: 'dek muted', style: { ...typeface(SERIF, 20, 28), margin: 0, color: light.muted } },
  // Pictures stand inside it, and Outlook clips a picture to an exact line height.
  text: { className: 'ink', style: { ...typeface(SERIF, 18, 28), msoLineHeightRule: undefined, color: light.ink } },
  byline: { className: 'ink', style: { ...typeface(SANS, 16, 24), margin: 0, color: light.ink } },
  small: { className: 'muted', style: { ...small, margin: 0 } },
  link: { className: 'accent', style: { color: light.accent, textDecoration: 'underline' } },
  quietLink: { className: 'muted', style: { color: light.muted, textDecoration: 'underline' } },
  headlineLink: { className: 'ink', style: { color: light.ink, textDecoration: 'none' } },
  code: { style: { fontFamily: MONO, fontSize: '15px' } },
} as const satisfies Record<string, Look>

/** A hairline on the named sides: `bold` ones are drawn in ink, quotation marks in the accent colour. */
export function ruled(
  side: 'Top' | 'Bottom' | 'Left' | 'Right' | '',
  tone: 'rule' | 'ink' | 'accent',
  width = 1,
): Look {
  const color = light[tone]
  return { className: `${tone}-line`, style: { [`border${side}`]: `${width}px solid ${color}` } }
}

/** Several looks as one; the later wins. */
export function blend(...parts: readonly Look[]): Look {
  const className = parts.flatMap((part) => part.className ?? []).join(' ')
  return {
    className: className === '' ? undefined : className,
    style: Object.assign({}, ...parts.map((part) => part.style)),
  }
}

function typeface(fontFamily: string, size: number, leading: number): Css {
  return { fontFamily, fontSize: `${size}px`, lineHeight: `${leading}px`, msoLineHeightRule: 'exactly' }
}
