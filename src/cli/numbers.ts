import { InvalidArgumentError } from 'commander'

/** Reads an option's whole number within limits that count as allowed. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`)
  }
}

/** Reads `90m`, `3h` or `2d` as seconds: a minute to a week. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const seconds = Number(count) * { m: 60, h: 3_600, d: 86_400 }[unit as 'm' | 'h' | 'd']
  if (seconds >= 60 && seconds <= 7 * 86_400) return seconds
  throw new InvalidArgumentError('Expected a time such as 90m, 3h or 2d, at most 7d.')
}

/** An option's value added to those given before it. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
