import { excerpt } from '../excerpt.ts'
import type { Css } from '../theme.ts'

const HIDDEN: Css = {
  display: 'none',
  maxHeight: 0,
  maxWidth: 0,
  overflow: 'hidden',
  opacity: 0,
  fontSize: '1px',
  lineHeight: '1px',
  msoHide: 'all',
}

// More than an inbox shows is wasted; less, and it fills up with the first words of the mail: hence the padding,
// which is invisible and takes up room.
const SHOWN = 110
const PADDING = '\u00a0\u200c'.repeat(80)

/** What an inbox shows after the subject. Nobody sees it in the mail itself. */
export function Preheader({ text }: { text: string }) {
  return (
    <>
      <div data-skip-in-text="true" style={HIDDEN}>
        {excerpt(text, SHOWN).text}
      </div>
      <div data-skip-in-text="true" aria-hidden="true" style={HIDDEN}>
        {PADDING}
      </div>
    </>
  )
}
