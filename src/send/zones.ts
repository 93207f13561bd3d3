import '@js-joda/timezone'
import { ZoneRulesProvider } from '@js-joda/core'

const names: ReadonlySet<string> = new Set(ZoneRulesProvider.getAvailableZoneIds())

/** Whether `name` is a zone of the IANA database in its exact spelling; the database comes with Pressroom. */
export function isTimeZone(name: string): boolean {
  return names.has(name)
}

/** Up to three zones that somebody who wrote `name` may have meant, the closest first. */
export function similarZones(name: string): readonly string[] {
  const wanted = simplified(name)
  const ranked = [...names].map((zone) => ({ zone, distance: distanceTo(wanted, zone) }))
  const exact = ranked.some(({ distance }) => distance === 0)
  const allowed = exact ? 0 : Math.floor(wanted.length / 5)
  return ranked
    .filter(({ distance }) => distance <= allowed)
    .sort((one, other) => one.distance - other.distance || one.zone.localeCompare(other.zone, 'en'))
    .slice(0, 3)
    .map(({ zone }) => zone)
}

// "berlin" is as good a try as "europe/berlin".
function distanceTo(wanted: string, zone: string): number {
  const city = zone.slice(zone.lastIndexOf('/') + 1)
  return Math.min(editDistance(wanted, simplified(zone)), editDistance(wanted, simplified(city)))
}

function simplified(name: string): string {
  return name
    .slice(0, 40)
    .toLowerCase()
    .replace(/[^a-z0-9/]/g, '')
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1]
    for (const [column, candidate] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === candidate ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
