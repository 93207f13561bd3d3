import type { Direction, Inline, TableBlock } from '../props.ts'
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
              <th scope="col" {...cell(dir, column, table, ruled('Bottom', 'ink'))}>
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
        <td {...cell(dir, column, table, ruled('Bottom', 'rule'))}>
          <Inlines content={content} />
        </td>
      ))}
    </tr>
  )
}

function cell(dir: Direction, column: number, { align }: TableBlock, line: Look): Look {
  const between = dir === 'rtl' ? '8px 16px 8px 0' : '8px 0 8px 16px'
  const padding = column === 0 ? '8px 0' : between
  return blend(looks.text, line, {
    style: { ...letters, padding, textAlign: align?.[column] ?? startOf(dir), verticalAlign: 'top' },
  })
}
