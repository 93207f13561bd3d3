import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'

/** An address the team does not write to any more. */
export type Suppression = {
  readonly id: string
  /** In lower case. */
  readonly email: string
  readonly origin: 'bounce' | 'complaint' | 'manual'
  /** The email that bounced or was complained about. */
  readonly source_id: string | null
  readonly created_at: string
}

/** The team's suppressions, oldest first. */
export type Suppressions = {
  /** Adds an address, or answers the suppression that it has. */
  add(email: string, origin: Suppression['origin'], sourceId: string | null): Suppression
  /** Takes one away, by id or address, and answers it. */
  remove(idOrEmail: string): Suppression | undefined
  find(idOrEmail: string): Suppression | undefined
  has(email: string): boolean
  all(): readonly Suppression[]
  clear(): void
}

/** `announce` is told of every change. */
export function suppressions(
  clock: Clock,
  announce: (type: 'suppression.added' | 'suppression.removed', suppression: Suppression) => void,
): Suppressions {
  const byEmail = new Map<string, Suppression>()
  const find = (idOrEmail: string) =>
    byEmail.get(idOrEmail.trim().toLowerCase()) ?? [...byEmail.values()].find(({ id }) => id === idOrEmail)
  return {
    add(address, origin, sourceId) {
      const email = address.trim().toLowerCase()
      const known = byEmail.get(email)
      if (known) return known
      const created_at = clock.now().toISOString()
      const added: Suppression = { id: randomUUID(), email, origin, source_id: sourceId, created_at }
      byEmail.set(email, added)
      announce('suppression.added', added)
      return added
    },
    remove(idOrEmail) {
      const found = find(idOrEmail)
      if (found && byEmail.delete(found.email)) announce('suppression.removed', found)
      return found
    },
    find,
    has: (email) => byEmail.size > 0 && byEmail.has(email.toLowerCase()),
    all: () => [...byEmail.values()],
    clear: () => byEmail.clear(),
  }
}
