import { READERS_HOST } from '../mail.ts'
import { attribute, type Element, elementsIn, shown, textOf } from '../page.ts'
import type { Fault, Rule } from '../rule.ts'

export const linkText: Rule = {
  id: 'link-text',
  severity: 'error',
  explains: 'A link says where it leads; one without any text is an error, one that says “here” a warning.',
  mend: 'Link the words that name what is behind it.',
  find({ page }) {
    return linksOf(page.elements).flatMap((link): Fault[] => {
      const name = nameOf(link)
      if (name === '') return [{ where: shown(link), message: 'The link has no text.' }]
      if (!VAGUE.test(name)) return []
      return [{ where: shown(link), message: `“${name}” does not say where the link leads.`, severity: 'warning' }]
    })
  },
}

export const httpsOnly: Rule = {
  id: 'https-only',
  severity: 'error',
  explains: 'Links and images are https; links may be mailto or tel too, or lead to a place within the mail.',
  mend: 'Write the whole address with https://. Images cannot be attached or written into the mail.',
  find({ page }) {
    return addressesIn(page.elements).flatMap(({ element, name, address }) => {
      const problem = addressProblem(name, address)
      return problem === null ? [] : [{ where: shown(element), message: problem }]
    })
  },
}

export const placeholderLink: Rule = {
  id: 'placeholder-link',
  severity: 'error',
  explains:
    'No link leads nowhere: an empty one, # or a place that the mail does not have is an error, an address reserved for examples a warning.',
  mend: 'Write the address that is meant, or take the link away.',
  find({ page }) {
    const places = new Set(page.elements.flatMap((element) => [attribute(element, 'id'), attribute(element, 'name')]))
    return addressesIn(page.elements).flatMap(({ element, address }): Fault[] => {
      const where = shown(element)
      if (address === '' || address === '#') return [{ where, message: 'It leads nowhere.' }]
      if (address.startsWith('#')) {
        return places.has(address.slice(1)) ? [] : [{ where, message: `The mail has no place ${address}.` }]
      }
      const host = hostOf(address)
      if (host === null || host === READERS_HOST || !FOR_EXAMPLES.test(host)) return []
      return [{ where, message: `${host} is an address for examples.`, severity: 'warning' }]
    })
  },
}

/** Every `a` and `area` that leads somewhere. */
export function linksOf(elements: readonly Element[]): readonly Element[] {
  return elements.filter((element) => /^(?:a|area)$/.test(element.tagName) && attribute(element, 'href') !== undefined)
}

type Address = { readonly element: Element; readonly name: 'href' | 'src' | 'background'; readonly address: string }

function addressesIn(elements: readonly Element[]): readonly Address[] {
  return elements.flatMap((element) =>
    (['href', 'src', 'background'] as const).flatMap((name) => {
      const address = attribute(element, name)?.trim()
      return address === undefined ? [] : [{ element, name, address }]
    }),
  )
}

function addressProblem(name: Address['name'], address: string): string | null {
  if (address === '' || address.startsWith('#')) return null
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return `${address.slice(0, 60)} has no https:// and leads nowhere in a mail.`
  if (scheme === 'https' || (name === 'href' && (scheme === 'mailto' || scheme === 'tel'))) return null
  // On this machine there is no https; a send through a real provider is refused for that elsewhere.
  if (scheme === 'http' && LOOPBACK.test(hostOf(address) ?? '')) return null
  return `${scheme}: is not https.`
}

/** The host of an address; null when it has none. */
export function hostOf(address: string): string | null {
  try {
    return new URL(address).hostname
  } catch {
    return null
  }
}

function nameOf(link: Element): string {
  const alts = [...elementsIn(link)].map((element) => attribute(element, 'alt') ?? '')
  const label = attribute(link, 'aria-label') ?? ''
  return (label || [textOf(link), ...alts].join(' ')).replace(/[\s.…→»›>!]+$/u, '').trim()
}

const LOOPBACK = /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
// RFC 2606 and RFC 6761, and what stands in many a sample.
const FOR_EXAMPLES =
  /(?:^|\.)(?:example|invalid|test)$|(?:^|\.)(?:example\.(?:com|org|net)|your-?(?:domain|site|company)\.com|domain\.com)$/i
// In the languages that mail has its sentences in.
const VAGUE =
  /^(?:(?:click|tap)\s+)?here$|^(?:this|link|this link|click|more|read more|learn more|go|url)$|^(?:(?:klick(?:en sie)?\s+)?hier|mehr|weiter|dieser link)$|^(?:(?:cliquez\s+)?ici|en savoir plus|lire la suite|ce lien)$|^(?:(?:haga clic\s+|haz clic\s+|pulsa\s+)?aquí|leer más|más|este enlace)$|^(?:(?:اضغط|انقر)\s+)?هنا$|^(?:こちら|ここ|ここをクリック|詳細|もっと見る)$/iu
