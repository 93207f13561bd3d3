import { createElement, Fragment, type ReactNode } from 'react'

/** Renders every item in order. A mail is rendered once and nothing in it moves, so its parts need no keys. */
export function each<T>(items: readonly T[], render: (item: T, index: number) => ReactNode): ReactNode {
  return createElement(Fragment, null, ...items.map(render))
}
