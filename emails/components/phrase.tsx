import type { ReactNode } from 'react'
import { each } from './each.ts'

/** A sentence from the strings with elements in its `{places}`: the byline's name, say, in bold. */
export function Phrase({ pattern, values }: { pattern: string; values: Readonly<Record<string, ReactNode>> }) {
  // Splitting on a group keeps the places' names, at the odd positions.
  const parts = pattern.split(/\{(\w+)\}/)
  return each(parts, (part, index) => (index % 2 === 0 ? part : values[part]))
}
