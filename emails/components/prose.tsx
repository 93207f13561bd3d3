import type { ReactNode } from 'react'
import { useMail } from '../mail.tsx'
import type { Block, Inline, ListBlock } from '../props.ts'
import { spaced, steps } from '../theme.ts'
import { Box, Rule } from './box.tsx'
import { Code } from './code.tsx'
import { DataTable } from './data-table.tsx'
import { each } from './each.ts'
import { Inlines } from './inline.tsx'
import { Picture } from './picture.tsx'
import { Quote } from './quote.tsx'

type ProseProps = {
  readonly blocks: readonly Block[]
  /** Runs into the first paragraph: `PORT HALE — The harbour …`. */
  readonly dateline?: string
}

/** The body of an article. */
export function Prose({ blocks, dateline }: ProseProps) {
  const { looks } = useMail()
  const opening = blocks.findIndex((block) => block.type === 'paragraph')
  return (
    <Box flush look={looks.text}>
      {each(blocks, (block, index) => renderBlock(block, index === opening ? dateline : undefined))}
    </Box>
  )
}

function renderBlock(block: Block, dateline?: string): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return <Paragraph content={block.content} dateline={dateline} />
    case 'heading':
      return <Heading level={block.level} content={block.content} />
    case 'quote':
      return apart(<Quote quote={block} />)
    case 'list':
      return <List list={block} />
    case 'image':
      return apart(<Picture {...block} />)
    case 'rule':
      return apart(<Rule />, 2)
    case 'table':
      return apart(<DataTable table={block} />)
    case 'code':
      return apart(<Code text={block.text} />)
  }
}

// Tables take their distance from a cell around them: Outlook ignores margins on a table.
function apart(children: ReactNode, top = 1): ReactNode {
  return (
    <Box flush top={top} bottom={3}>
      {children}
    </Box>
  )
}

function Paragraph({ content, dateline }: { content: readonly Inline[]; dateline?: string }) {
  return (
    <p style={{ margin: `0 0 ${steps(2)}` }}>
      {dateline && <strong>{`${dateline} — `}</strong>}
      <Inlines content={content} />
    </p>
  )
}

function Heading({ level, content }: { level: 2 | 3 | 4; content: readonly Inline[] }) {
  const { looks } = useMail()
  const Tag = `h${level}` as const
  return (
    <Tag {...spaced(looks[Tag], 3, 1)}>
      <Inlines content={content} />
    </Tag>
  )
}

function List({ list }: { list: ListBlock }) {
  const { dir } = useMail()
  const padding = dir === 'rtl' ? `0 ${steps(3)} 0 0` : `0 0 0 ${steps(3)}`
  const style = { margin: `0 0 ${steps(2)}`, padding }
  const items = each(list.items, (item) => <Item blocks={item} />)
  return list.ordered ? (
    <ol start={list.start} style={style}>
      {items}
    </ol>
  ) : (
    <ul style={style}>{items}</ul>
  )
}

// The first paragraph is the item's own line; what follows it, a nested list say, stands below.
function Item({ blocks }: { blocks: readonly Block[] }) {
  const [first, ...rest] = blocks
  const line = first?.type === 'paragraph' ? first.content : []
  const below = first?.type === 'paragraph' ? rest : blocks
  return (
    <li style={{ margin: `0 0 ${steps(1)}` }}>
      <Inlines content={line} />
      {below.length > 0 && (
        <div style={{ padding: `${steps(1)} 0 0` }}>{each(below, (block) => renderBlock(block))}</div>
      )}
    </li>
  )
}
