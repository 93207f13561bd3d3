import { useMail } from '../mail.tsx'
import { blend, type Look, lined, MONO, steps } from '../theme.ts'
import { Layout } from './box.tsx'

const LETTERS: Look = {
  style: { fontFamily: MONO, fontSize: '14px', lineHeight: '22px', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
}

/** Program text in a frame. It reads from left to right in every language. */
export function Code({ text }: { text: string }) {
  const { looks } = useMail()
  return (
    <Layout width="fixed">
      <td {...blend(lined('', looks.ruleLine), { style: { padding: steps(2) } })}>
        <pre dir="ltr" {...blend(looks.text, LETTERS, { style: { margin: 0, textAlign: 'left' } })}>
          {text}
        </pre>
      </td>
    </Layout>
  )
}
