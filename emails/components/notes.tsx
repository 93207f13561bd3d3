import { useMail } from '../mail.tsx'
import type { Block } from '../props.ts'
import type { Note } from '../shown.ts'
import { blend, startOf, steps } from '../theme.ts'
import { Box, Layout, Rule } from './box.tsx'
import { each } from './each.ts'
import { Inlines } from './inline.tsx'
import { Prose } from './prose.tsx'

/**
 * What the raised numbers in the text point at. They are no links: half of the mail clients do not follow a link
 * within a mail.
 */
export function Notes({ notes }: { notes: readonly Note[] }) {
  const { strings, looks, words } = useMail()
  if (notes.length === 0) return null
  return (
    <Box flush top={2} bottom={2}>
      <Rule />
      <Box flush top={2}>
        <h2 {...looks.h4} {...words}>
          {strings.notes}
        </h2>
        {each(notes, (note) => (
          <NoteRow {...note} />
        ))}
      </Box>
    </Box>
  )
}

function NoteRow({ number, blocks }: Note) {
  const { looks, dir } = useMail()
  const cell = blend(looks.small, { style: { padding: `${steps(1)} 0 0` } })
  return (
    <Layout width="fixed">
      <td width={32} valign="top" {...blend(cell, { style: { width: '32px', textAlign: startOf(dir) } })}>
        {number}.
      </td>
      <td valign="top" {...cell}>
        {isOneLine(blocks) ? <Inlines content={blocks[0].content} /> : <Prose blocks={blocks} />}
      </td>
    </Layout>
  )
}

type OneLine = readonly [Extract<Block, { type: 'paragraph' }>]

function isOneLine(blocks: readonly Block[]): blocks is OneLine {
  return blocks.length === 1 && blocks[0]?.type === 'paragraph'
}
