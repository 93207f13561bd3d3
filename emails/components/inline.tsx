import type { ReactNode } from 'react'
import { useMail } from '../mail.tsx'
import type { Inline } from '../props.ts'
import { type Css, type Looks, SANS } from '../theme.ts'
import { each } from './each.ts'

/** Running text. */
export function Inlines({ content }: { content: readonly Inline[] }) {
  const { looks } = useMail()
  return each(content, (inline) => piece(inline, looks))
}

function piece(inline: Inline, looks: Looks): ReactNode {
  const inside = (children: readonly Inline[]) => each(children, (child) => piece(child, looks))
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'strong':
      return <strong>{inside(inline.children)}</strong>
    case 'em':
      return <em>{inside(inline.children)}</em>
    case 'strike':
      return <s>{inside(inline.children)}</s>
    case 'code':
      return (
        <code dir="ltr" {...looks.code}>
          {inline.text}
        </code>
      )
    case 'link':
      return (
        <a href={inline.href} {...looks.link}>
          {inside(inline.children)}
        </a>
      )
    case 'break':
      return <br />
    case 'note':
      return <sup style={RAISED}>{inline.number}</sup>
  }
}

// No line height of its own: the lines of the paragraph must stay at equal distances.
const RAISED: Css = { fontFamily: SANS, fontSize: '12px', lineHeight: 0 }
