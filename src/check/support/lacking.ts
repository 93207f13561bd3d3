import type { CheckedMail } from '../mail.ts'
import data from './data.json' with { type: 'json' }
import { featuresOf, type Used } from './features.ts'

/** A feature that a mail uses, its name for people, and the mail clients that have nothing of it. */
export type Lacking = Used & { readonly title: string; readonly clients: readonly string[] }

/** Where the data comes from, and of which day it is. */
export const SUPPORT_SOURCE = { source: data.source, date: data.date, clients: data.clients } as const

/** What a mail uses and some client lacks. Where one has a part of a feature, it is not counted as lacking. */
export function lackingOf(mail: Pick<CheckedMail, 'page' | 'styles'>): readonly Lacking[] {
  return featuresOf(mail).flatMap((used) => {
    const known = Object.hasOwn(FEATURES, used.feature) ? FEATURES[used.feature] : undefined
    if (known === undefined || known.none.length === 0) return []
    return [{ ...used, title: known.title, clients: inFamilies(known.none.map((place) => data.clients[place] ?? '')) }]
  })
}

const FEATURES: Readonly<Record<string, { readonly title: string; readonly none: readonly number[] }>> = data.features

/** Clients with those of one family that lack it all as one: "Gmail" for the four of them. */
function inFamilies(clients: readonly string[]): readonly string[] {
  const whole = FAMILIES.filter((family) =>
    data.clients.every((client) => !client.startsWith(family) || clients.includes(client)),
  )
  return [...whole, ...clients.filter((client) => !whole.some((family) => client.startsWith(family)))]
}

const FAMILIES = ['Gmail', 'Outlook', 'Apple Mail', 'Yahoo']
