import type { Hex } from '../../emails/color.ts'

/** A colour: channels from 0 to 255, and how much of it covers what is behind, from 0 to 1. */
export type Color = { readonly rgb: readonly [number, number, number]; readonly alpha: number }

/** Reads a colour as mail may write it: hex, rgb(), hsl() and the commonest names. Null: anything else. */
export function readColor(value: string): Color | null {
  const text = value.trim().toLowerCase()
  if (text === 'transparent') return { rgb: [0, 0, 0], alpha: 0 }
  const hex = NAMES[text] ?? text
  if (/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(hex)) return fromHex(hex.slice(1))
  const call = /^(rgb|hsl)a?\(([^()]+)\)$/.exec(text)
  return call
    ? fromCall(
        call[1] ?? '',
        (call[2] ?? '').split(/[\s,/]+/).filter((part) => part !== ''),
      )
    : null
}

/** `color` as it looks on an opaque ground. */
export function over(color: Color, ground: Color): Color {
  const mix = (at: 0 | 1 | 2) => color.rgb[at] * color.alpha + ground.rgb[at] * (1 - color.alpha)
  return { rgb: [mix(0), mix(1), mix(2)], alpha: 1 }
}

/** An opaque colour as `#rrggbb`. */
export function hexOf({ rgb }: Color): Hex {
  return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`
}

function fromHex(digits: string): Color {
  const long = digits.length <= 4 ? [...digits].map((digit) => digit + digit).join('') : digits
  const at = (index: number) => Number.parseInt(long.slice(index, index + 2), 16)
  return { rgb: [at(0), at(2), at(4)], alpha: long.length === 8 ? at(6) / 255 : 1 }
}

function fromCall(kind: string, parts: readonly string[]): Color | null {
  if (parts.length < 3 || parts.length > 4 || parts.some((part) => !/^-?[\d.]+(?:%|deg)?$/.test(part))) return null
  const [first = '', second = '', third = '', last = '1'] = parts
  const alpha = share(last, 1)
  if (kind === 'rgb') return { rgb: [share(first, 255), share(second, 255), share(third, 255)], alpha }
  return { rgb: fromHsl(Number.parseFloat(first), share(second, 1), share(third, 1)), alpha }
}

function share(part: string, whole: number): number {
  const number = Number.parseFloat(part)
  return Math.min(whole, Math.max(0, part.endsWith('%') ? (number / 100) * whole : number))
}

// CSS Color 4, section 7.1.
function fromHsl(hue: number, saturation: number, lightness: number): [number, number, number] {
  const spread = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset: number) => {
    const at = (((offset + hue / 30) % 12) + 12) % 12
    return 255 * (lightness - spread * Math.max(-1, Math.min(at - 3, 9 - at, 1)))
  }
  return [channel(0), channel(8), channel(4)]
}

const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'black #000000 silver #c0c0c0 gray #808080 grey #808080 white #ffffff maroon #800000 red #ff0000',
    'purple #800080 fuchsia #ff00ff green #008000 lime #00ff00 olive #808000 yellow #ffff00 navy #000080',
    'blue #0000ff teal #008080 aqua #00ffff orange #ffa500 darkgray #a9a9a9 darkgrey #a9a9a9 dimgray #696969',
    'dimgrey #696969 lightgray #d3d3d3 lightgrey #d3d3d3 whitesmoke #f5f5f5',
  ].flatMap((row) => [...row.matchAll(/(\w+) (#\w+)/g)].map(([, name, hex]) => [name, hex])),
)
