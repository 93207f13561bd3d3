import { type Color, readColor } from '../check/css-color.ts'

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
  const read = readColor(color)
  if (read === null) return undefined
  const lightness = (Math.max(...read.rgb) + Math.min(...read.rgb)) / 510
  const changes = inversion === 'whole' || (part === 'ground' ? lightness > 0.5 : lightness < 0.5)
  return changes ? `rgb(${withLightness(read.rgb, 1 - 0.9 * lightness).join(',')})` : undefined
}

// What makes it a colour stays: a red becomes a light red, and paper that is hardly yellow does not become brown.
function withLightness(channels: Color['rgb'], wanted: number): readonly number[] {
  const grey = (Math.max(...channels) + Math.min(...channels)) / 2
  return channels.map((channel) => Math.min(255, Math.max(0, Math.round(255 * wanted + channel - grey))))
}
