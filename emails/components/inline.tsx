import type { ReactNode } from 'react'
import type { Inline } from '../props.ts'
import { looks } from '../theme.ts'
import { each } from './each.ts'

/** Running text. */
export function Inlines({ content }: { content: readonly Inline[] }) {
  return each(content, piece)
}

function piece(inline: Inline): ReactNode {
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'strong':
      return <strong>{each(inline.children, piece)}</strong>
    case 'em':
      return <em>{each(inline.children, piece)}</em>
    case 'strike':
      return <s>{each(inline.children, piece)}</s>
    case 'code':
      return <code {...looks.code}>{inline.text}</code>
    case 'link':
      return (
        <a href={inline.href} {...looks.link}>
          {each(inline.children, piece)}
        </a>
      )
    case 'break':
      return <br />
  }
}
