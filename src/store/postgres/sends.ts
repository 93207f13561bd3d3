import type { IssueId, NewsletterId, SendId } from '../../id.ts'
import type { AllowedChecks, PauseReason, Progress, Send, SendEdition, SendState } from '../../send/send.ts'
import type { Created, DueWork, IdempotentRequest, NewSend, SendStore } from '../store.ts'
import { cancelSend, finishCancelled } from './cancel.ts'
import { logAction } from './operator-log.ts'
import { pageOf, readCursor } from './pages.ts'
import { type Pool, type Tx, transaction } from './pool.ts'
import { prepareSend } from './prepare.ts'

type SendRow = {
  id: SendId
  issue_id: IssueId
  newsletter_id: NewsletterId
  state: SendState
  scheduled_at: Date
  grace_seconds: number
  spread_seconds: number | null
  again: boolean
  pause_reason: PauseReason | null
  recipients: number | null
  request_hash: string | null
  created_at: Date
  prepared_at: Date | null
  finished_at: Date | null
  editions: SendEdition[]
  allowed_checks: string[]
  cursor_at: string
}

const SEND = `id, issue_id, newsletter_id, state, scheduled_at, extract(epoch from grace)::float8 as grace_seconds,
  extract(epoch from spread)::float8 as spread_seconds,
  again, pause_reason, recipients, request_hash, created_at, prepared_at, finished_at, allowed_checks,
  created_at::text as cursor_at,
  (select coalesce(json_agg(json_build_object('variant', variant, 'locale', locale, 'editionHash', edition_hash)
     order by variant), '[]') from send_edition where send_id = send.id) as editions`

/** Sends on PostgreSQL. Every move is guarded by the state it may come from (`SEND_MOVES`). */
export function createSendStore(pool: Pool): SendStore {
  return {
    create: (send) => createSend(pool, send),
    findRequest: (request) => findRequest(pool, request),
    get: (id) => findSend(pool, 'id = $1', [id]),
    list: async ({ limit, after, newsletterId, state }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<SendRow>(
        `select ${SEND}
         from send
         where ($1::timestamptz is null or (created_at, id) < ($1, $2::uuid))
           and ($3::uuid is null or newsletter_id = $3)
           and ($4::text is null or state = $4)
         order by created_at desc, id desc
         limit $5`,
        [cursor?.at, cursor?.id, newsletterId, state, limit + 1],
      )
      return pageOf(rows, limit, readSend)
    },
    scheduledFor: (issueId) => findSend(pool, `issue_id = $1 and state = 'scheduled'`, [issueId]),
    reschedule: (id, at) =>
      moved(pool, `update send set scheduled_at = $2 where id = $1 and state = 'scheduled'`, [id, at]),
    replaceEditions: (id, editions, allowed) =>
      transaction(pool, async (client) => {
        const held = await client.query(`select 1 from send where id = $1 and state = 'scheduled' for update`, [id])
        if (held.rowCount === 0) return false
        await client.query('delete from send_edition where send_id = $1', [id])
        await insertEditions(client, id, editions)
        await recordAllowed(client, id, allowed)
        return true
      }),
    // A preparation that died on the way is begun again: it left nothing behind.
    begin: async (id) => {
      const { rows } = await pool.query<{ state: 'preparing' | 'missed' }>(
        `update send
         set state = case when state = 'scheduled' and scheduled_at + grace < app_now() then 'missed' else 'preparing' end,
             finished_at = case when state = 'scheduled' and scheduled_at + grace < app_now() then app_now() end
         where id = $1 and (state = 'preparing' or state = 'scheduled' and scheduled_at <= app_now())
         returning state`,
        [id],
      )
      return rows[0]?.state ?? null
    },
    prepare: (id, sizes) => prepareSend(pool, id, sizes),
    hasReaders: async (newsletterId) => {
      const { rows } = await pool.query<{ some: boolean }>(
        `select exists (select from subscription where newsletter_id = $1 and status = 'confirmed') as some`,
        [newsletterId],
      )
      return rows[0]?.some ?? false
    },
    languagesOf: async (newsletterId, among) => {
      // A look into subscription_language for each.
      const { rows } = await pool.query<{ language: string }>(
        `select language
         from unnest($2::text[]) with ordinality as asked (language, place)
         where exists (
           select from subscription
           where newsletter_id = $1 and status = 'confirmed' and subscription.language = asked.language
         )
         order by place`,
        [newsletterId, among],
      )
      return rows.map((row) => row.language)
    },
    pause: (id, reason, actor) =>
      moved(
        pool,
        `with moved as (
           update send set state = 'paused', pause_reason = $2 where id = $1 and state = 'sending' returning id
         )
         insert into operator_log (send_id, action, detail, actor)
         select id, 'pause', jsonb_build_object('reason', $2::text), $3 from moved`,
        [id, reason, actor],
      ),
    resume: (id, actor) =>
      moved(
        pool,
        `with moved as (
           update send set state = 'sending', pause_reason = null where id = $1 and state = 'paused' returning id
         )
         insert into operator_log (send_id, action, actor)
         select id, 'resume', $2 from moved`,
        [id, actor],
      ),
    cancel: (id, actor) => cancelSend(pool, id, actor),
    finishCancelled: () => finishCancelled(pool),
    progress: (id) => readProgress(pool, id),
    settle: async () => {
      const { rows } = await pool.query<{ id: SendId }>(
        `update send
         set state = 'sent', finished_at = app_now()
         where state = 'sending'
           and not exists (
             select from batch where send_id = send.id and state in ('pending', 'submitting', 'in_doubt')
           )
         returning id`,
      )
      return rows.map((row) => row.id)
    },
    due: (account) => readDueWork(pool, account),
  }
}

// `on conflict do nothing` stands for every unique rule, the request's key and one send an issue; which of them it was
// is asked afterwards.
function createSend(pool: Pool, send: NewSend): Promise<Created> {
  return transaction(pool, async (client) => {
    const inserted = await client.query<{ id: SendId }>(
      `insert into send (issue_id, newsletter_id, scheduled_at, grace, again, idempotency_key, request_hash, spread)
       values ($1, $2, coalesce($3, app_now()), make_interval(secs => $4), $5, $6, $7, make_interval(secs => $8))
       on conflict do nothing
       returning id`,
      [
        send.issueId,
        send.newsletterId,
        send.scheduledAt === 'now' ? null : send.scheduledAt,
        send.graceSeconds,
        send.again,
        send.idempotency?.key,
        send.idempotency?.requestHash,
        send.spreadSeconds,
      ],
    )
    const [created] = inserted.rows
    if (!created) return explainConflict(client, send)
    await insertEditions(client, created.id, send.editions)
    await recordAllowed(client, created.id, send.allowed)
    const stored = await findSend(client, 'id = $1', [created.id])
    if (!stored) throw new Error('A send that was just created is gone.')
    return { kind: 'created', send: stored }
  })
}

async function explainConflict(client: Tx, send: NewSend): Promise<Created> {
  const known = send.idempotency ? await findRequest(client, send.idempotency) : null
  if (known) return known
  const { rows } = await client.query<{ id: SendId }>(
    `select id
     from send
     where issue_id = $1 and (not $2 and not again and state not in ('cancelled', 'missed')
       or state in ('scheduled', 'preparing', 'sending', 'paused'))
     order by created_at desc
     limit 1`,
    [send.issueId, send.again],
  )
  const [existing] = rows
  if (!existing) throw new Error('A send was in the way of another and is gone; ask again.')
  return { kind: 'exists', sendId: existing.id }
}

async function findRequest(client: Pool | Tx, { key, requestHash }: IdempotentRequest) {
  const { rows } = await client.query<SendRow>(`select ${SEND} from send where idempotency_key = $1`, [key])
  const [row] = rows
  if (!row) return null
  return row.request_hash === requestHash
    ? { kind: 'replayed' as const, send: readSend(row) }
    : { kind: 'key_reused' as const }
}

async function insertEditions(client: Tx, id: SendId, editions: readonly SendEdition[]): Promise<void> {
  await client.query(
    `insert into send_edition (send_id, variant, locale, edition_hash)
     select $1, variant, locale, hash from unnest($2::text[], $3::text[], $4::text[]) as given (variant, locale, hash)`,
    [id, editions.map((e) => e.variant), editions.map((e) => e.locale), editions.map((e) => e.editionHash)],
  )
}

async function recordAllowed(client: Tx, sendId: SendId, allowed: AllowedChecks | undefined): Promise<void> {
  if (!allowed) return
  const { rules, actor } = allowed
  await client.query(
    'update send set allowed_checks = array(select distinct unnest(allowed_checks || $2::text[])) where id = $1',
    [sendId, rules],
  )
  await logAction(client, { sendId, action: 'allow_checks', detail: { rules }, actor })
}

// Counts stand on the batches: a million recipients are ten thousand rows here.
async function readProgress(pool: Pool, id: SendId): Promise<Progress> {
  const { rows } = await pool.query<Omit<Progress, 'open'>>(
    `select coalesce(min(send.recipients), 0)::int as recipients,
            coalesce(sum(batch.accepted), 0)::int as accepted,
            coalesce(sum(batch.refused), 0)::int as refused,
            coalesce(sum(batch.uncertain), 0)::int as uncertain,
            coalesce(sum(batch.skipped), 0)::int as skipped
     from send
     left join batch on batch.send_id = send.id
     where send.id = $1`,
    [id],
  )
  const counts = rows[0] ?? { recipients: 0, accepted: 0, refused: 0, uncertain: 0, skipped: 0 }
  const known = counts.accepted + counts.refused + counts.uncertain + counts.skipped
  return { ...counts, open: counts.recipients - known }
}

async function readDueWork(pool: Pool, account: string): Promise<DueWork> {
  const { rows } = await pool.query<{ kind: 'prepare' | 'deliver' | 'single'; id: SendId }>(
    `select 'prepare' as kind, id from send where state in ('scheduled', 'preparing') and scheduled_at <= app_now()
     union all
     select 'deliver', id
     from send
     where state in ('sending', 'paused')
       and exists (
         select from batch
         where send_id = send.id and state in ('pending', 'in_doubt') and not_before <= app_now()
           and (batch.state = 'in_doubt' or send.state = 'sending' and batch.recipients <= (select bulk_room($1)))
       )
     union all
     select 'single', null
     where exists (
       select from batch where kind = 'single' and state in ('pending', 'in_doubt') and not_before <= app_now()
     )`,
    [account],
  )
  const idsOf = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.id)
  return { toPrepare: idsOf('prepare'), toDeliver: idsOf('deliver'), singles: idsOf('single').length > 0 }
}

async function moved(pool: Pool, sql: string, values: unknown[]): Promise<boolean> {
  const { rowCount } = await pool.query(sql, values)
  return rowCount === 1
}

async function findSend(client: Pool | Tx, where: string, values: unknown[]): Promise<Send | null> {
  const { rows } = await client.query<SendRow>(`select ${SEND} from send where ${where}`, values)
  return rows[0] ? readSend(rows[0]) : null
}

function readSend(row: SendRow): Send {
  return {
    id: row.id,
    issueId: row.issue_id,
    newsletterId: row.newsletter_id,
    state: row.state,
    scheduledAt: row.scheduled_at,
    graceSeconds: row.grace_seconds,
    spreadSeconds: row.spread_seconds,
    again: row.again,
    pauseReason: row.pause_reason,
    recipients: row.recipients,
    createdAt: row.created_at,
    preparedAt: row.prepared_at,
    finishedAt: row.finished_at,
    editions: row.editions,
    allowedChecks: row.allowed_checks,
  }
}
