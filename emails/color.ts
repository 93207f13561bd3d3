/** A colour as `#rrggbb`. */
export type Hex = string

type Channels = readonly [number, number, number]

/** The contrast of two colours, from 1 (the same) to 21 (black on white), as WCAG 2 defines it. */
export function contrast(a: Hex, b: Hex): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other)
  return (lighter + 0.05) / (darker + 0.05)
}

/** The least contrast at which running text can be read, by WCAG 2 level AA. */
export const READABLE = 4.5

// A little over what is required: on a dark screen letters look thinner.
const COMFORTABLE = 6.5

/** `color` made as light as it must be to be read with comfort on `paper`, a dark one; its hue stays. */
export function lightenedFor(color: Hex, paper: Hex): Hex {
  const white: Channels = [255, 255, 255]
  const tones = Array.from({ length: 21 }, (_, step) => hex(mixed(channels(color), white, step / 20)))
  return tones.find((tone) => contrast(tone, paper) >= COMFORTABLE) ?? '#ffffff'
}

function luminance(color: Hex): number {
  const [red, green, blue] = channels(color).map(linear)
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

function channels(color: Hex): Channels {
  const at = (index: number) => Number.parseInt(color.slice(index, index + 2), 16)
  return [at(1), at(3), at(5)]
}

function mixed([red, green, blue]: Channels, [r, g, b]: Channels, share: number): Channels {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share)
  return [mix(red, r), mix(green, g), mix(blue, b)]
}

function hex(parts: Channels): Hex {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
