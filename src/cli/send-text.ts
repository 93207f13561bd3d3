import { shown } from './table.ts'

/** What became of a send's recipients, as the API tells it. */
export type Progress = {
  readonly recipients: number
  readonly accepted: number
  readonly refused: number
  readonly uncertain: number
  readonly skipped: number
  readonly open: number
}

/** A send, as the API tells it. */
export type Send = {
  readonly id: string
  readonly issueId: string
  readonly state: 'scheduled' | 'preparing' | 'sending' | 'paused' | 'sent' | 'cancelled' | 'missed'
  readonly scheduledAt: string
  readonly spreadSeconds: number | null
  readonly again: boolean
  readonly allowedChecks: readonly string[]
  readonly pauseReason: 'operator' | 'failure_rate' | 'refused_whole' | null
  readonly recipients: number | null
  readonly finishedAt: string | null
  /** `locale` null: for everybody who has no other. */
  readonly editions: readonly { readonly locale: string | null; readonly editionHash: string }[]
}

/** What keeps a send from going on. */
export type Block = { readonly reason: string; readonly until: string | null; readonly detail: string | null }

export type SendWithProgress = Send & {
  readonly progress: Progress
  /** How many accepted deliveries have which fate. */
  readonly fates: Readonly<Record<string, number>>
  readonly blocked: Block | null
}

/** The sum that always comes out: `recipients 1,000 = accepted 998 + refused 1 + uncertain 0 + skipped 1`. */
export function outcomeLine({ recipients, accepted, refused, uncertain, skipped, open }: Progress): string {
  const parts = Object.entries({ accepted, refused, uncertain, skipped, ...(open > 0 ? { open } : {}) })
  return `recipients ${shown(recipients)} = ${parts.map(([name, count]) => `${name} ${shown(count)}`).join(' + ')}`
}

/** What the provider told later: `told since: bounced 3, delivered 990`; null: nothing. */
export function fatesLine(fates: SendWithProgress['fates']): string | null {
  const told = Object.entries(fates).map(([fate, count]) => `${fate} ${shown(count)}`)
  return told.length === 0 ? null : `told since: ${told.join(', ')}`
}

/** Why mail waits, and what to do. */
export function blockText({ reason, until, detail }: Block): string {
  const why = BLOCKS[reason] ?? reason
  const end = until === null ? 'When that is put right: pressroom provider unblock' : `It goes on at ${until}.`
  return `Held: ${why}${detail ? ` (${detail})` : ''}. ${end}`
}

const BLOCKS: Readonly<Record<string, string>> = {
  quota: "the provider's quota is used up",
  auth: 'the provider does not accept the key, the domain or the account',
  down: 'the provider does not answer',
}

/** Why a send is paused, and what to do. */
export function pauseText({ id, pauseReason }: Pick<Send, 'id' | 'pauseReason'>): string {
  const why = pauseReason === null ? 'is paused' : PAUSES[pauseReason]
  return `Send ${id} ${why}. To go on: pressroom send resume ${id}`
}

const PAUSES = {
  operator: 'was paused',
  failure_rate: 'paused itself, because too many messages were refused',
  refused_whole: 'paused itself, because the provider refuses whole batches',
}
