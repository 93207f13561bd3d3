import type { ColumnAlign, Direction, Inline, TableBlock } from '../props.ts'
import { blend, type Look, looks, ruled, SANS, startOf } from '../theme.ts'
import { each } from './each.ts'
import { Inlines } from './inline.tsx'

type DataTableProps = { readonly table: TableBlock; readonly dir: Direction }

const letters = { fontFamily: SANS, fontSize: '15px', lineHeight: '22px', wordBreak: 'break-word' } as const

/** Figures in rows and columns, ruled like a newspaper's: a line in ink under the head, hairlines between rows. */
export function DataTable({ table, dir }: DataTableProps) {
  return (
    <table width="100%" cellPadding={0} cellSpacing={0} border={0} style={{ borderCollapse: 'collapse' }}>
      {table.head.length > 0 && (
        <thead>
          <tr>
            {each(table.head, (content, column) => (
              <th scope="col" {...cell(dir, table.align?.[column], ruled('Bottom', 'ink'))}>
                <Inlines content={content} />
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>{each(table.rows, (cells) => row(cells, table, dir))}</tbody>
    </table>
  )
}

function row(cells: readonly (readonly Inline[])[], table: TableBlock, dir: Direction) {
  return (
    <tr>
      {each(cells, (content, column) => (
        <td {...cell(dir, table.align?.[column], ruled('Bottom', 'rule'))}>
          <Inlines content={content} />
        </td>
      ))}
    </tr>
  )
}

function cell(dir: Direction, align: ColumnAlign | undefined, line: Look): Look {
  const padding = dir === 'rtl' ? '8px 0 8px 16px' : '8px 16px 8px 0'
  return blend(looks.text, line, {
    style: { ...letters, padding, textAlign: align ?? startOf(dir), verticalAlign: 'top' },
  })
}
