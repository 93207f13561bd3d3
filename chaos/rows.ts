import type { Pool } from '../src/store/postgres/pool.ts'
import type { DeliveryRow, SendRow } from './ledger.ts'

/** A world's bulk deliveries and sends as the database has them; `readers` is how many each send ought to have. */
export async function readRows(
  pool: Pool,
  readers: number | null,
): Promise<{ readonly sends: readonly SendRow[]; readonly deliveries: readonly DeliveryRow[] }> {
  const deliveries = await pool.query<DeliveryRow>(
    'select id, send_id as send, outcome, reason from delivery where send_id is not null order by id',
  )
  const sends = await pool.query<Omit<SendRow, 'progress' | 'readers'> & SendRow['progress'] & { again: boolean }>(
    `select send.id, send.issue_id as issue, send.state, send.again, coalesce(send.recipients, 0) as recipients,
            coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(refused), 0)::int as refused,
            coalesce(sum(uncertain), 0)::int as uncertain, coalesce(sum(skipped), 0)::int as skipped
     from send
     left join batch on batch.send_id = send.id
     group by send.id
     order by send.created_at`,
  )
  return {
    deliveries: deliveries.rows,
    sends: sends.rows.map(({ id, issue, state, again, ...counts }) => {
      const open = counts.recipients - counts.accepted - counts.refused - counts.uncertain - counts.skipped
      const wasPrepared = state !== 'cancelled' || counts.recipients > 0
      return { id, issue, state, readers: wasPrepared ? readers : null, progress: { ...counts, open } }
    }),
  }
}

/** What of a send is not done with; null when it is done. */
export async function openWork(pool: Pool, send: string): Promise<string | null> {
  const { rows } = await pool.query<{ state: string; batches: string }>(
    `select send.state,
            (select string_agg(concat(state, ' ', n), ', ' order by state)
             from (select state, count(*) as n from batch where send_id = $1 group by state) as counted
             where state in ('pending', 'submitting', 'in_doubt')) as batches
     from send
     where id = $1`,
    [send],
  )
  const [row] = rows
  const isOver = row?.state === 'sent' || row?.state === 'cancelled'
  return isOver && row.batches === null ? null : `${row?.state}: ${row?.batches ?? 'no open batches'}`
}

/** Whether nobody of a send's audience has been written to yet. */
export async function waitsToBegin(pool: Pool, send: string): Promise<boolean> {
  const { rowCount } = await pool.query(`select from batch where send_id = $1 and state <> 'pending' limit 1`, [send])
  return rowCount === 0
}

/** How many batches a worker has in its hands, as the rows have it. */
export async function batchesHeldBy(pool: Pool, worker: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from batch where worker = $1 and state = 'submitting'`,
    [worker],
  )
  return rows[0]?.count ?? 0
}

/**
 * The server ends a session that does nothing in an open transaction for 30 s, so that a process which hangs holds no
 * lock. Its time does not run fast with the world's; this does it at the world's pace.
 */
export async function endIdleTransactions(pool: Pool, speed: number): Promise<void> {
  await pool.query(
    `select pg_terminate_backend(pid)
     from pg_stat_activity
     where datname = current_database() and state = 'idle in transaction'
       and state_change < clock_timestamp() - make_interval(secs => 30.0 / $1)`,
    [speed],
  )
}

/**
 * How long until anything is due again, in milliseconds: the provider takes mail again, a quota is renewed, a batch has
 * waited long enough. 0 when that is now, or depends on somebody.
 */
export async function idleFor(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>(
    `select coalesce(extract(epoch from coalesce(blocked.until, due.until) - app_now()), 0)::float8 * 1000 as ms
     from (
       select max(until) as until
       from provider
       cross join lateral (
         select greatest(blocked_until, case when daily_limit is not null then quota_resets_at end) as until
       ) as latest
       where until > app_now() and until < 'infinity'
     ) as blocked
     cross join (select min(not_before) as until from batch where state in ('pending', 'in_doubt')) as due`,
  )
  return Math.max(0, rows[0]?.ms ?? 0)
}
