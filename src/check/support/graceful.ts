import { inlineStyle } from '../inline.ts'
import type { CheckedMail } from '../mail.ts'

/** Why a feature is good to use although some mail client lacks it. */
export type Graceful = {
  /** What readers there see instead. */
  readonly instead: string
  /** Whether this mail does what that takes; default: there is nothing to do. */
  holds?(mail: Pick<CheckedMail, 'page'>): boolean
}

const BLOCK = 'The styles in the elements, which the rule asks for apart from this.'
const UNHEARD = 'The same; assistive technology reads the words as they stand.'
const PLAIN = 'The same, plainer: nothing depends on it.'

/** Features that some mail client lacks and that are good to use all the same. Whatever else one lacks is reported. */
export const GRACEFUL: Readonly<Record<string, Graceful>> = {
  'html-style': { instead: BLOCK },
  'css-at-media': { instead: BLOCK },
  'css-selector-attribute': { instead: BLOCK },
  'css-selector-class': { instead: BLOCK },
  'css-selector-descendant': { instead: BLOCK },
  'css-selector-chaining': { instead: BLOCK },
  'css-selector-grouping': { instead: BLOCK },
  'css-selector-id': { instead: BLOCK },
  'css-at-media-prefers-color-scheme': { instead: 'The light colours, or what the app makes of them.' },
  'css-color-scheme': { instead: 'The light colours, or what the app makes of them.' },
  'html-meta-color-scheme': { instead: 'The light colours, or what the app makes of them.' },
  'html-body': { instead: 'An element of another name with the same styles.' },
  'html-semantics': { instead: 'What is inside, without the meaning of the tag.' },
  'html-aria-label': { instead: UNHEARD },
  'html-aria-hidden': { instead: UNHEARD },
  'html-aria-describedby': { instead: UNHEARD },
  'html-aria-labelledby': { instead: UNHEARD },
  'html-role': { instead: UNHEARD },
  'html-anchor-links': { instead: 'A link that does nothing to a note, whose number tells where it is.' },
  'css-display-none': {
    instead: 'Nothing, where an element has max-height:0 and overflow:hidden beside it.',
    holds: hidesTwice,
  },
  'css-max-height': { instead: 'The whole; Outlook goes by mso-hide where it is to hide.' },
  'css-overflow': { instead: 'The whole.' },
  'css-opacity': { instead: 'The whole, opaque.' },
  'css-table-layout': { instead: 'Columns as wide as their content asks for.' },
  'css-overflow-wrap': { instead: 'Endless words as long as they are.' },
  'css-word-wrap': { instead: 'Endless words as long as they are.' },
  'css-word-break': { instead: 'Endless words as long as they are.' },
  'css-white-space': { instead: 'Lines broken where they need not be; <pre> keeps its own.' },
  'css-hyphens': { instead: 'Words that are not divided.' },
  'css-text-wrap': { instead: 'Lines that are not balanced.' },
  'css-outline': { instead: PLAIN },
  'css-border-radius': { instead: 'Square corners.' },
  'css-box-shadow': { instead: PLAIN },
  'css-text-shadow': { instead: PLAIN },
  'css-cursor': { instead: PLAIN },
  'css-transition': { instead: PLAIN },
  'css-animation': { instead: PLAIN },
  'css-at-keyframes': { instead: PLAIN },
  'css-at-font-face': { instead: 'The next face of the list.' },
  'css-pseudo-class-hover': { instead: PLAIN },
  'css-pseudo-class-focus': { instead: PLAIN },
  'css-pseudo-class-active': { instead: PLAIN },
  'css-pseudo-class-visited': { instead: PLAIN },
  'css-text-decoration-color': { instead: PLAIN },
  'css-text-decoration-line': { instead: 'The line that links have; text-decoration takes it away everywhere.' },
  'css-text-decoration-style': { instead: PLAIN },
  'css-text-decoration-thickness': { instead: PLAIN },
  'css-text-underline-offset': { instead: PLAIN },
  'css-letter-spacing': { instead: PLAIN },
  'css-user-select': { instead: PLAIN },
  'css-orphans': { instead: PLAIN },
  'css-widows': { instead: PLAIN },
  'html-loading-attribute': { instead: 'The picture, loaded at once.' },
  'html-srcset': { instead: 'The picture in src.' },
  'html-target': { instead: 'A link that opens as the app opens links.' },
  'html-abbr': { instead: 'The abbreviation alone.' },
}

/** Gmail in a phone's browser shows what only display:none hides. */
function hidesTwice({ page }: Pick<CheckedMail, 'page'>): boolean {
  return page.elements.every((element) => {
    const style = inlineStyle(element)
    const has = (property: string, value: RegExp) =>
      style.some((one) => one.property === property && value.test(one.value))
    return !has('display', /^none$/i) || (has('max-height', /^0(?:px)?$/) && has('overflow', /^hidden$/i))
  })
}
