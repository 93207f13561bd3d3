import type { Clock } from '../../clock.ts'
import { openSession, type Session, type SmtpFailure, type SmtpServer, settle } from './session.ts'

/** The connections to one server. */
export type Sessions = {
  /** One that is there already, for the taker alone. It may have ended without anybody noticing. */
  takeKept(): Kept | undefined
  open(signal: AbortSignal): Promise<{ readonly kind: 'ready'; readonly session: Session } | SmtpFailure>
  /** Keeps a session for the next message. `isDirty`: it has to be reset first. Resolves when it is taken or ended. */
  keep(session: Session, isDirty: boolean): Promise<void>
  /** Ends all of them: with a goodbye those that nobody uses, at once those in the middle of something. */
  close(): Promise<void>
}

export type Kept = { readonly session: Session; readonly isDirty: boolean }

/** Servers end what is idle for some minutes; we go first, so that a kept connection is seldom over when it is taken. */
const IDLE_MS = 30_000
/** Some servers want a new connection now and then, and a name may stand for several of them. */
const MAX_MESSAGES = 100

/** How long a server may take to say goodbye. */
const GOODBYE_MS = 1_000

/** As many connections as there are messages under way at once; each is kept for 30 s. */
export function openSessions(server: SmtpServer, clock: Clock): Sessions {
  const idle = new Map<Session, { readonly isDirty: boolean; readonly taken: AbortController }>()
  const messages = new Map<Session, number>()
  const closing = new AbortController()

  const take = (session: Session) => {
    const entry = idle.get(session)
    idle.delete(session)
    entry?.taken.abort()
    return entry
  }
  const leave = async ({ connection }: Session) => {
    const patience = (over: AbortSignal) => clock.sleep(GOODBYE_MS, over)
    if (!connection.destroyed) await settle(connection, { patience }, () => connection.quit())
  }
  return {
    takeKept() {
      // The one that was used last has been idle for the shortest time.
      const session = [...idle.keys()].at(-1)
      const entry = session && take(session)
      return entry && { session, isDirty: entry.isDirty }
    },
    async open(signal) {
      const opened = await openSession(server, clock, AbortSignal.any([signal, closing.signal]))
      if (opened.kind !== 'ready') return opened
      const { session } = opened
      messages.set(session, 0)
      session.connection.once('end', () => {
        take(session)
        messages.delete(session)
      })
      return opened
    },
    async keep(session, isDirty) {
      const count = (messages.get(session) ?? 0) + 1
      if (session.connection.destroyed) return
      messages.set(session, count)
      if (closing.signal.aborted || count >= MAX_MESSAGES) return leave(session)
      const taken = new AbortController()
      idle.set(session, { isDirty, taken })
      await clock.sleep(IDLE_MS, taken.signal)
      if (!taken.signal.aborted && take(session)) await leave(session)
    },
    async close() {
      closing.abort()
      const all = [...messages.keys()]
      const unused = all.filter((session) => take(session))
      for (const session of all) if (!unused.includes(session)) session.connection.close()
      await Promise.all(unused.map(leave))
    },
  }
}
