import type { Appearance } from './choice.ts'
import { DARK_CANVAS, invertColors } from './inversion.ts'

/**
 * A mail as a client would show it that darkens it, blocks its pictures or drops its style block; links open beside
 * it. For looking only: this is not what is sent. `atHand` are the pictures that are served here, under what name, by
 * the address they have in the mail.
 */
export function appear(
  html: string,
  { scheme, pictures, styles }: Appearance,
  atHand: ReadonlyMap<string, { readonly name: string }> = new Map(),
): string {
  let shown = html
  if (styles === 'off') shown = shown.replace(/<style[^>]*>[\s\S]*?<\/style>/gi, '')
  shown = shown.replace(/<img\b[^>]*>/gi, (tag) => {
    if (pictures === 'off') return withSource(tag, '')
    const [, address = ''] = SOURCE.exec(tag) ?? []
    const known = atHand.get(address.replaceAll('&amp;', '&'))
    if (known !== undefined) return withSource(tag, `/assets/${known.name}`)
    return pictures === 'drawn' ? withSource(tag, drawnFor(tag)) : tag
  })
  return withHead(inScheme(shown, scheme), '<base target="_blank">')
}

function inScheme(html: string, scheme: Appearance['scheme']): string {
  if (scheme === 'light') return html.replace(DARK_FEATURE, '(max-width:0)')
  if (scheme === 'dark') return html.replace(DARK_FEATURE, '(min-width:0)')
  const inverted = invertColors(html, scheme === 'inverted' ? 'whole' : 'partial')
  // Outlook marks what it has changed, and a mail may answer to that.
  const marked = scheme === 'outlook' ? inverted.replace(/<body\b/i, '<body data-ogsc="" data-ogsb=""') : inverted
  return withHead(marked, `<style>${DARK_CANVAS}</style>`)
}

// In place of the frame's own scheme, which not every browser takes from the element around it.
const DARK_FEATURE = /\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi

// First, so that everything of the mail's own wins.
function withHead(html: string, content: string): string {
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + content) : content + html
}

const SOURCE = /\ssrc="([^"]*)"/i

function withSource(tag: string, source: string): string {
  return tag.replace(SOURCE, () => ` src="${source}"`)
}

function drawnFor(tag: string): string {
  const size = (name: string) => Number(new RegExp(`\\s${name}="(\\d{1,4})"`, 'i').exec(tag)?.[1] ?? 0)
  const [width, height] = [size('width') || 600, size('height')]
  return `/picture?width=${width}&amp;height=${height || Math.round(width / 2)}`
}

/** A picture that stands for another of that size (CSS pixels), as SVG. */
export function drawnPicture(width: number, height: number): string {
  const label = width >= 96 && height >= 40 ? `<text x="50%" y="50%" ${LABEL}>${width} × ${height}</text>` : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" fill="#b9b4a8"/><path d="M0 ${height}L${width} 0M0 0L${width} ${height}" stroke="#a39d90"/>${label}</svg>`
}

const LABEL = 'text-anchor="middle" dominant-baseline="middle" font-family="sans-serif" font-size="14" fill="#3d3a33"'
