/** The colours of one scheme. */
export type Palette = {
  readonly paper: string
  readonly ink: string
  readonly muted: string
  readonly rule: string
  readonly accent: string
}

export const light = {
  paper: '#fffdf9',
  ink: '#1a1a1a',
  muted: '#5c5850',
  rule: '#d8d2c6',
  accent: '#8f1f1b',
} as const satisfies Palette

export const dark = {
  paper: '#16181b',
  ink: '#e8e6e1',
  muted: '#aaa69d',
  rule: '#3c3f44',
  accent: '#f0a08f',
} as const satisfies Palette
