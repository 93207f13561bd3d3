/** One figure of a run. `target` null: only reported; `holds` is then null too. */
export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly target: number | null
  readonly holds: boolean | null
}

/** Compares a value with its bar; every bar is a least one. */
export function figure(of: Pick<Figure, 'name' | 'unit' | 'target'>, measured: number): Figure {
  const value = rounded(measured)
  return {
    name: of.name,
    value,
    unit: of.unit,
    target: of.target,
    holds: of.target === null ? null : value >= of.target,
  }
}

/** Figures as lines for people. */
export function figureTable(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, value, unit, target, holds }) => [
    name,
    value.toLocaleString('en'),
    unit,
    target === null ? '' : `at least ${target.toLocaleString('en')}`,
    holds === null ? '' : holds ? 'holds' : 'MISSED',
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...lines.map((line) => line[column]?.length ?? 0)))
  const isNumber = (column: number) => column === 1
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Three digits that count: no figure here is known better than that. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
