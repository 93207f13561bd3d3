import { useMail } from '../mail.tsx'
import type { QuoteBlock } from '../props.ts'
import { blend, lined, spaced, steps } from '../theme.ts'
import { Layout } from './box.tsx'
import { each } from './each.ts'
import { Inlines } from './inline.tsx'

/** Somebody's words, set off by a line at the side where lines begin. */
export function Quote({ quote: { paragraphs, attribution } }: { quote: QuoteBlock }) {
  const { looks, dir } = useMail()
  const padding = dir === 'rtl' ? `0 ${steps(2)} 0 0` : `0 0 0 ${steps(2)}`
  const line = lined(dir === 'rtl' ? 'Right' : 'Left', looks.accentLine, 4)
  return (
    <Layout width="fixed">
      <td {...blend(looks.text, line, { style: { padding } })}>
        <blockquote style={{ margin: 0 }}>
          {each(paragraphs, (content, index) => (
            <p style={{ margin: index === 0 ? 0 : `${steps(1)} 0 0` }}>
              <Inlines content={content} />
            </p>
          ))}
        </blockquote>
        {attribution && <p {...spaced(looks.small, 1)}>— {attribution}</p>}
      </td>
    </Layout>
  )
}
