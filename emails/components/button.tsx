import { type Look, light, ruled, SANS } from '../theme.ts'
import { Layout } from './box.tsx'

type ButtonProps = {
  readonly href: string
  readonly label: string
  /** What a screen reader says; it begins with the label. */
  readonly spoken?: string
  readonly tone?: 'filled' | 'outlined'
}

const PADDING = '11px 24px'

/** A link one can hit with a thumb (48 px high): text on a coloured cell, so it shows with pictures off and in Outlook. */
export function Button({ href, label, spoken, tone = 'filled' }: ButtonProps) {
  const { cell, text } = TONES[tone]
  const letters = { fontFamily: SANS, fontSize: '16px', lineHeight: '24px', fontWeight: 700, textDecoration: 'none' }
  return (
    <Layout width="hug">
      <td className={cell.className} style={{ ...cell.style, msoPaddingAlt: PADDING } as Look['style']}>
        <a
          href={href}
          aria-label={spoken}
          className={text.className}
          style={{ ...letters, ...text.style, display: 'inline-block', padding: PADDING }}
        >
          {label}
        </a>
      </td>
    </Layout>
  )
}

const outline = ruled('', 'accent')
const TONES: Readonly<Record<'filled' | 'outlined', { readonly cell: Look; readonly text: Look }>> = {
  filled: {
    cell: { className: `filled ${outline.className}`, style: { ...outline.style, backgroundColor: light.accent } },
    text: { className: 'on-filled', style: { color: light.paper } },
  },
  outlined: { cell: outline, text: { className: 'accent', style: { color: light.accent } } },
}
