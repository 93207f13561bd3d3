/** A made-up reader. `example.com` belongs to nobody who could get mail (RFC 2606). */
export type Reader = { readonly email: string; readonly firstName: string; readonly town: string }

/** So many readers, the same every time. The first few have names that a careless mailer would trip over. */
export function madeUpReaders(count: number): readonly Reader[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `reader-${String(index + 1).padStart(4, '0')}@example.com`,
    firstName: AWKWARD_NAMES[index] ?? pick(NAMES, index * 7),
    town: pick(TOWNS, index * 11),
  }))
}

/** The readers as the CSV file that somebody would import. */
export function readersCsv(readers: readonly Reader[]): string {
  const rows = readers.map(({ email, firstName, town }) => [email, firstName, town])
  return [['email', 'first name', 'town'], ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('')
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function pick(from: readonly string[], index: number): string {
  return from[index % from.length] ?? ''
}

const AWKWARD_NAMES = [
  '$&<b>"',
  "Robert'); drop table subscriber;--",
  '<script>alert(1)</script>',
  '{{first_name}}',
  '%FIRSTNAME%',
  'O’Brien & Söhne',
  'Zoë 🦀',
  '美咲',
  'محمد',
  'नमिता',
  'Ñandú',
  '',
]

const NAMES =
  'Ada Amir Anneke Arturo Beatrix Bjørn Carmen Chidi Chloé Dagny Dmitri Élodie Emeka Farah Gábor Grace Hana Hamza Ines Ivan Jade Jonas Kaito Katarzyna Lars Leila Lucía Mateo Mei Miriam Noor Olga Omar Paula Priya Quentin Rafael Rosa Sanjay Siobhán Sofia Tariq Tomás Ulla Viktor Wen Ximena Yara Yusuf Zofia'.split(
    ' ',
  )
const TOWNS = ['Aarhus', 'Bilbao', 'Cork', 'Dakar', 'Esbjerg', 'Faro', 'Gdańsk', 'Hobart', 'İzmir', 'Jaipur', 'Kyōto']
