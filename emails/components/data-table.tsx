import { useMail } from '../mail.tsx'
import type { Inline, TableBlock } from '../props.ts'
import { blend, type Look, lined, startOf } from '../theme.ts'
import { each } from './each.ts'
import { Inlines } from './inline.tsx'

type Cells = readonly (readonly Inline[])[]

/** Figures in rows and columns, ruled like a newspaper's: a line in ink under the head, hairlines between rows. */
export function DataTable({ table }: { table: TableBlock }) {
  const { looks, dir } = useMail()
  const cell = (column: number, line: Look) => {
    const between = dir === 'rtl' ? '8px 16px 8px 0' : '8px 0 8px 16px'
    const padding = column === 0 ? '8px 0' : between
    const textAlign = table.align?.[column] ?? startOf(dir)
    return blend(looks.figures, lined('Bottom', line), {
      style: { padding, textAlign, verticalAlign: 'top', overflowWrap: 'anywhere' },
    })
  }
  return (
    <table
      dir={dir === 'rtl' ? 'rtl' : undefined}
      width="100%"
      cellPadding={0}
      cellSpacing={0}
      border={0}
      style={{ borderCollapse: 'collapse' }}
    >
      {table.head.length > 0 && <thead>{headRow(table.head, (column) => cell(column, looks.inkLine))}</thead>}
      <tbody>{each(table.rows, (cells) => row(cells, (column) => cell(column, looks.ruleLine)))}</tbody>
    </table>
  )
}

// A head without words, as Markdown needs one, is no head to a screen reader.
function headRow(cells: Cells, look: (column: number) => Look) {
  const columns = each(cells, (content, column) =>
    content.length === 0 ? (
      <td {...look(column)} />
    ) : (
      <th scope="col" {...look(column)}>
        <Inlines content={content} />
      </th>
    ),
  )
  return <tr>{columns}</tr>
}

function row(cells: Cells, look: (column: number) => Look) {
  const columns = each(cells, (content, column) => (
    <td {...look(column)}>
      <Inlines content={content} />
    </td>
  ))
  return <tr>{columns}</tr>
}
