import { useMail } from '../mail.tsx'
import { blend, type Look, lined, SANS } from '../theme.ts'
import { Layout } from './box.tsx'

type ButtonProps = {
  readonly href: string
  readonly label: string
  /** What a screen reader says; it begins with the label. */
  readonly spoken?: string
  readonly tone?: 'filled' | 'outlined'
}

const PADDING = '11px 24px'
const LETTERS: Look = {
  style: { fontFamily: SANS, fontSize: '16px', lineHeight: '24px', fontWeight: 700, textDecoration: 'none' },
}

/** A link one can hit with a thumb (48 px high): text on a coloured cell, so it shows with pictures off and in Outlook. */
export function Button({ href, label, spoken, tone = 'filled' }: ButtonProps) {
  const { looks, words } = useMail()
  const outline = lined('', looks.accentLine)
  const cell = tone === 'filled' ? blend(looks.filled, outline) : outline
  const letters = tone === 'filled' ? looks.onFilled : { ...looks.link, style: { color: looks.link.style.color } }
  return (
    <Layout width="hug">
      <td {...blend(cell, { style: { msoPaddingAlt: PADDING, overflowWrap: 'anywhere' } })}>
        <a
          href={href}
          aria-label={spoken}
          {...blend(letters, LETTERS, { style: { display: 'inline-block', padding: PADDING } })}
          {...words}
        >
          {label}
        </a>
      </td>
    </Layout>
  )
}
