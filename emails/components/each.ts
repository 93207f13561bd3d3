import { Children, type ReactNode } from 'react'

/** Renders every item in order; a mail is rendered once and never reordered, so places serve as keys. */
export function each<T>(items: readonly T[], render: (item: T, index: number) => ReactNode): ReactNode {
  return Children.toArray(items.map(render))
}
