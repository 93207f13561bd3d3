import { z } from 'zod'

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/

/** An https address, or one on this very machine, as an installation without a public URL has them. */
export const webUrl = z.string().max(2000).refine(isWebUrl, 'Expected an absolute https: URL.')

/** Where a link in running text may lead: https: and mailto:, nothing else. */
export const href = z.string().max(2000).refine(isHref, 'Expected an https: or mailto: URL.')

function isWebUrl(value: string): boolean {
  const url = parse(value)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
}

function isHref(value: string): boolean {
  const protocol = parse(value)?.protocol
  return protocol === 'https:' || protocol === 'mailto:'
}

function parse(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined
}
