import type { CSSProperties } from 'react'
import type { Branding } from './branding.ts'
import { lightenedFor } from './color.ts'
import { dark, light, type Palette } from './palette.ts'
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

// No quotes around names: inside a style attribute they would become &quot;, which some clients do not decode.
export const SERIF = 'Georgia,Times New Roman,Times,serif'
export const SANS = '-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif'
export const MONO = 'Menlo,Consolas,Liberation Mono,monospace'

/** The colours of both schemes and the face of headlines and text; whatever tells who wrote, and when, is sans. */
export type Theme = { readonly light: Palette; readonly dark: Palette; readonly face: string }

/** The theme of a newsletter: ours, with what its branding changes. */
export function themeOf({ accent, accentDark, face }: Branding = {}): Theme {
  const derived = accent === undefined ? dark.accent : lightenedFor(accent, dark.paper)
  return {
    light: { ...light, accent: accent ?? light.accent },
    dark: { ...dark, accent: accentDark ?? derived },
    face: face === 'sans' ? SANS : SERIF,
  }
}

export type Looks = ReturnType<typeof looksOf>

/** The looks of everything in a mail of that theme. */
export function looksOf({ light, face }: Pick<Theme, 'light' | 'face'>) {
  const bold = { fontWeight: 700, margin: 0, color: light.ink }
  return {
    paper: { className: 'paper', style: { backgroundColor: light.paper, color: light.ink } },
    nameplate: { className: 'ink', style: { ...typeface(face, 24, 32), ...bold } },
    kicker: { className: 'accent', style: { ...typeface(SANS, 14, 22), ...bold, color: light.accent } },
    h1: { className: 'h1 ink', style: { ...typeface(face, 34, 40), ...bold } },
    h2: { className: 'ink', style: { ...typeface(face, 24, 32), ...bold } },
    h3: { className: 'ink', style: { ...typeface(face, 20, 28), ...bold } },
    h4: { className: 'ink', style: { ...typeface(SANS, 16, 24), ...bold } },
    dek: { className: 'dek muted', style: { ...typeface(face, 20, 28), margin: 0, color: light.muted } },
    // Pictures stand inside it, and Outlook clips a picture to an exact line height.
    text: { className: 'ink', style: { ...typeface(face, 18, 28), msoLineHeightRule: undefined, color: light.ink } },
    brief: { className: 'ink', style: { ...typeface(face, 16, 24), margin: 0, color: light.ink } },
    byline: { className: 'ink', style: { ...typeface(SANS, 16, 24), margin: 0, color: light.ink } },
    figures: { className: 'ink', style: { ...typeface(SANS, 15, 22), color: light.ink } },
    small: { className: 'muted', style: { ...typeface(SANS, 14, 22), margin: 0, color: light.muted } },
    link: { className: 'accent', style: { color: light.accent, textDecoration: 'underline' } },
    quietLink: { className: 'muted', style: { color: light.muted, textDecoration: 'underline' } },
    headlineLink: { className: 'ink', style: { color: light.ink, textDecoration: 'none' } },
    // On a dark screen a dark logo would be lost: its ground stays light.
    plate: { className: 'plate' },
    filled: { className: 'filled', style: { backgroundColor: light.accent } },
    onFilled: { className: 'on-filled', style: { color: light.paper } },
    code: { style: { fontFamily: MONO, fontSize: '15px' } },
    ruleLine: { className: 'rule-line', style: { borderColor: light.rule } },
    inkLine: { className: 'ink-line', style: { borderColor: light.ink } },
    accentLine: { className: 'accent-line', style: { borderColor: light.accent } },
  } as const satisfies Record<string, Look>
}

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

/** A line on the given side, in the colour of a look such as `looks.ruleLine`. */
export function lined(side: 'Top' | 'Bottom' | 'Left' | 'Right' | '', line: Look, width = 1): Look {
  const color = line.style?.borderColor ?? 'currentColor'
  return { className: line.className, style: { [`border${side}`]: `${width}px solid ${color}` } }
}

/** A look at some distance from what is above it, and from what is below, in steps of 8 px. */
export function spaced(look: Look, top: number, bottom = 0): Look {
  return blend(look, { style: { margin: bottom === 0 ? `${steps(top)} 0 0` : `${steps(top)} 0 ${steps(bottom)}` } })
}

/** Several looks as one; the later wins. */
export function blend(...parts: readonly Look[]): Look {
  const className = [...new Set(parts.flatMap((part) => part.className?.split(' ') ?? []))].join(' ')
  return {
    className: className === '' ? undefined : className,
    style: Object.assign({}, ...parts.map((part) => part.style)),
  }
}

function typeface(fontFamily: string, size: number, leading: number): Css {
  return { fontFamily, fontSize: `${size}px`, lineHeight: `${leading}px`, msoLineHeightRule: 'exactly' }
}
