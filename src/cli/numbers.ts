import { InvalidArgumentError } from 'commander'

/** Reads an option's whole number within limits that count as allowed. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`)
  }
}

/** An option's value added to those given before it. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
