import type { ReactNode } from 'react'
import type { Block, Direction, Inline, ListBlock } from '../props.ts'
import { blend, type Look, looks, MONO, ruled, steps } from '../theme.ts'
import { Box, Layout, Rule } from './box.tsx'
import { DataTable } from './data-table.tsx'
import { each } from './each.ts'
import { Inlines } from './inline.tsx'
import { Picture } from './picture.tsx'

type ProseProps = {
  readonly blocks: readonly Block[]
  readonly dir: Direction
  /** Runs into the first paragraph: `PORT HALE — The harbour …`. */
  readonly dateline?: string
}

/** The body of an article. */
export function Prose({ blocks, dir, dateline }: ProseProps) {
  const opening = blocks.findIndex((block) => block.type === 'paragraph')
  return (
    <Box flush look={looks.text}>
      {each(blocks, (block, index) => renderBlock(block, dir, index === opening ? dateline : undefined))}
    </Box>
  )
}

function renderBlock(block: Block, dir: Direction, dateline?: string): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return <Paragraph content={block.content} dateline={dateline} />
    case 'heading':
      return <Heading level={block.level} content={block.content} />
    case 'quote':
      return <Quote paragraphs={block.paragraphs} attribution={block.attribution} dir={dir} />
    case 'list':
      return <List list={block} dir={dir} />
    case 'image':
      return apart(<Picture {...block} />)
    case 'rule':
      return apart(<Rule />, 2)
    case 'table':
      return apart(<DataTable table={block} dir={dir} />)
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

const HEADINGS = { 2: ['h2', looks.h2], 3: ['h3', looks.h3], 4: ['h4', looks.h4] } as const

function Heading({ level, content }: { level: 2 | 3 | 4; content: readonly Inline[] }) {
  const [Tag, look] = HEADINGS[level]
  return (
    <Tag {...blend(look, { style: { margin: `${steps(3)} 0 ${steps(1)}` } })}>
      <Inlines content={content} />
    </Tag>
  )
}

type QuoteProps = {
  readonly paragraphs: readonly (readonly Inline[])[]
  readonly attribution?: string
  readonly dir: Direction
}

function Quote({ paragraphs, attribution, dir }: QuoteProps) {
  const side: Look =
    dir === 'rtl'
      ? blend(ruled('Right', 'accent', 4), { style: { padding: `0 ${steps(2)} 0 0` } })
      : blend(ruled('Left', 'accent', 4), { style: { padding: `0 0 0 ${steps(2)}` } })
  return apart(
    <Layout>
      <td {...blend(looks.text, side)}>
        <blockquote style={{ margin: 0 }}>
          {each(paragraphs, (content, index) => (
            <p style={{ margin: index === 0 ? 0 : `${steps(1)} 0 0` }}>
              <Inlines content={content} />
            </p>
          ))}
        </blockquote>
        {attribution && <p {...blend(looks.small, { style: { margin: `${steps(1)} 0 0` } })}>— {attribution}</p>}
      </td>
    </Layout>,
  )
}

function List({ list, dir }: { list: ListBlock; dir: Direction }) {
  const padding = dir === 'rtl' ? `0 ${steps(3)} 0 0` : `0 0 0 ${steps(3)}`
  const style = { margin: `0 0 ${steps(2)}`, padding }
  const items = each(list.items, (item) => <Item blocks={item} dir={dir} />)
  return list.ordered ? (
    <ol start={list.start} style={style}>
      {items}
    </ol>
  ) : (
    <ul style={style}>{items}</ul>
  )
}

// The first paragraph is the item's own line; what follows it, a nested list say, stands below.
function Item({ blocks, dir }: { blocks: readonly Block[]; dir: Direction }) {
  const [first, ...rest] = blocks
  const line = first?.type === 'paragraph' ? first.content : []
  const below = first?.type === 'paragraph' ? rest : blocks
  return (
    <li style={{ margin: `0 0 ${steps(1)}` }}>
      <Inlines content={line} />
      {below.length > 0 && (
        <div style={{ padding: `${steps(1)} 0 0` }}>{each(below, (block) => renderBlock(block, dir))}</div>
      )}
    </li>
  )
}

const LETTERS: Look = {
  style: { fontFamily: MONO, fontSize: '14px', lineHeight: '22px', whiteSpace: 'pre-wrap', wordBreak: 'break-word' },
}

// Program text reads from left to right in every language.
function Code({ text }: { text: string }) {
  return (
    <Layout>
      <td {...blend(ruled('', 'rule'), { style: { padding: steps(2) } })}>
        <pre dir="ltr" {...blend(looks.text, LETTERS, { style: { margin: 0, textAlign: 'left' } })}>
          {text}
        </pre>
      </td>
    </Layout>
  )
}
