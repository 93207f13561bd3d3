/** What a figure is held against. */
export type Target = { readonly least: number } | { readonly most: number }

/** One figure of a run. `target` null: only reported; `holds` is then null too. */
export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly target: Target | null
  readonly holds: boolean | null
}

/** Compares a value with its bar, as it is shown. */
export function figure(of: Pick<Figure, 'name' | 'unit' | 'target'>, measured: number): Figure {
  const value = rounded(measured)
  const { name, unit, target } = of
  return { name, value, unit, target, holds: target === null ? null : meets(value, target) }
}

/** Figures as lines for people. */
export function figureTable(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, value, unit, target, holds }) => [
    name,
    value.toLocaleString('en'),
    unit,
    target === null ? '' : describeTarget(target),
    holds === null ? '' : holds ? 'met' : 'MISSED',
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (cell: string, column: number) =>
    column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}

function meets(value: number, target: Target): boolean {
  return 'least' in target ? value >= target.least : value <= target.most
}

function describeTarget(target: Target): string {
  const [bound, amount] = 'least' in target ? ['at least', target.least] : ['at most', target.most]
  return `${bound} ${amount.toLocaleString('en')}`
}

/** Three digits that count: no figure here is known better than that. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
