/** Rows as CSV (RFC 4180), under a line of names. What a spreadsheet would take for a formula begins with an apostrophe. */
export function csv(names: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  return [names, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')
}

function cell(value: string | null): string {
  const text = value === null ? '' : value.replace(/^[=+\-@\t\r]/, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
