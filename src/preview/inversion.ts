// How clients that know no dark styles darken a mail: they change its colours, wherever those are written.

/** Which colours change: all of them, or only light grounds and dark letters. */
export type Inversion = 'whole' | 'partial'

/** Gives a page the colours that such a client would; its own dark styles are gone, as they are there. */
export function invertColors(html: string, inversion: Inversion): string {
  return html
    .replace(
      /(<style[^>]*>)([\s\S]*?)(<\/style>)/gi,
      (_, open, css, close) => open + invertRules(css, inversion) + close,
    )
    .replace(/(\sstyle=")([^"]*)(")/gi, (_, open, css, close) => open + invertDeclarations(css, inversion) + close)
    .replace(/(\s(?:bgcolor|text|color)=")([^"]*)(")/gi, (whole, open: string, color, close) => {
      const changed = inverted(color, open.includes('bg') ? 'ground' : 'letters', inversion)
      return changed === undefined ? whole : open + changed + close
    })
}

/** What a mail without colours of its own stands on and is written in. */
export const DARK_CANVAS = 'html{background:#1a1a1a;color:#ffffff}'

const DECLARATION = /(^|[;{]\s*)(color|background(?:-color)?|border[a-z-]*)(\s*:\s*)([^;}"]+)/gi
const COLOR = /#[0-9a-f]{8}\b|#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|rgba?\([^)]*\)|\b(?:white|black|gr[ae]y|silver|navy)\b/gi

function invertDeclarations(css: string, inversion: Inversion): string {
  return css.replace(DECLARATION, (_, before: string, property: string, colon: string, value: string) => {
    const part = property.toLowerCase() === 'color' ? 'letters' : 'ground'
    return before + property + colon + value.replace(COLOR, (color) => inverted(color, part, inversion) ?? color)
  })
}

// Rules for Outlook's apps are those of the mail for the time after its colours were changed.
function invertRules(css: string, inversion: Inversion): string {
  const rules = withoutDarkBlocks(css).split('}')
  return rules.map((rule) => (/\[data-ogs[cb]\]/.test(rule) ? rule : invertDeclarations(rule, inversion))).join('}')
}

function withoutDarkBlocks(css: string): string {
  const start = css.search(/@media[^{]*prefers-color-scheme\s*:\s*dark/i)
  if (start === -1) return css
  let depth = 0
  for (let at = css.indexOf('{', start); at >= 0 && at < css.length; at++) {
    if (css[at] === '{') depth++
    if (css[at] === '}' && --depth === 0) return css.slice(0, start) + withoutDarkBlocks(css.slice(at + 1))
  }
  return css.slice(0, start)
}

type Part = 'letters' | 'ground'

function inverted(color: string, part: Part, inversion: Inversion): string | undefined {
  const channels = channelsOf(color.trim().toLowerCase())
  if (channels === undefined) return undefined
  const [red, green, blue] = channels
  const lightness = (Math.max(red, green, blue) + Math.min(red, green, blue)) / 510
  const changes = inversion === 'whole' || (part === 'ground' ? lightness > 0.5 : lightness < 0.5)
  return changes ? `rgb(${withLightness(channels, 1 - 0.9 * lightness).join(',')})` : undefined
}

type Channels = readonly [number, number, number]

// What makes it a colour stays: a red becomes a light red, and paper that is hardly yellow does not become brown.
function withLightness(channels: Channels, wanted: number): readonly number[] {
  const grey = (Math.max(...channels) + Math.min(...channels)) / 2
  return channels.map((channel) => Math.min(255, Math.max(0, Math.round(255 * wanted + channel - grey))))
}

const NAMED: Readonly<Record<string, Channels>> = {
  white: [255, 255, 255],
  black: [0, 0, 0],
  gray: [128, 128, 128],
  grey: [128, 128, 128],
  silver: [192, 192, 192],
  navy: [0, 0, 128],
}

function channelsOf(color: string): Channels | undefined {
  if (Object.hasOwn(NAMED, color)) return NAMED[color]
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(color)
  if (short) return toChannels(short.slice(1).map((digit) => Number.parseInt(digit + digit, 16)))
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/.exec(color)
  if (long) return toChannels(long.slice(1).map((digits) => Number.parseInt(digits, 16)))
  const [red, green, blue] = (/^rgba?\(([^)]*)\)$/.exec(color)?.[1] ?? '').split(/[\s,/]+/).map(Number)
  return toChannels([red, green, blue])
}

function toChannels([red, green, blue]: readonly (number | undefined)[]): Channels | undefined {
  const isWhole = [red, green, blue].every((one) => one !== undefined && one >= 0 && one <= 255)
  return isWhole && red !== undefined && green !== undefined && blue !== undefined ? [red, green, blue] : undefined
}
