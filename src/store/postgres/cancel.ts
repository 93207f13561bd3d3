import type { SendId } from '../../id.ts'
import { holdBatches } from './hold.ts'
import { type Pool, transaction } from './pool.ts'

/**
 * Cancels a send whatever it is doing. From the commit on no batch of it is claimed; its rows follow in
 * `finishCancelled`, because a million of them would keep the operator waiting.
 */
export async function cancelSend(pool: Pool, id: SendId, actor: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with moved as (
       update send
       set state = 'cancelled', pause_reason = null, finished_at = app_now()
       where id = $1 and state in ('scheduled', 'preparing', 'sending', 'paused')
       returning id
     )
     insert into operator_log (send_id, action, actor)
     select id, 'cancel', $2 from moved`,
    [id, actor],
  )
  return rowCount === 1
}

/**
 * Brings the rows of cancelled sends in line: what was not claimed becomes skipped, doubts are held. Up to 200 batches a
 * call; returns how many, so that a caller goes on while there are any.
 */
export function finishCancelled(pool: Pool): Promise<number> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string; state: 'pending' | 'in_doubt' }>(
      `select batch.id, batch.state
       from send
       join batch on batch.send_id = send.id and batch.state in ('pending', 'in_doubt')
       where send.state = 'cancelled'
       limit 200
       for update of batch skip locked`,
    )
    const pending = rows.filter((row) => row.state === 'pending').map((row) => row.id)
    const doubts = rows.filter((row) => row.state === 'in_doubt').map((row) => row.id)
    await client.query(
      `with ended as (
         update delivery
         set outcome = case when doubtful then 'uncertain' else 'skipped' end, reason = 'cancelled',
             updated_at = app_now()
         where batch_id = any($1) and outcome = 'planned'
         returning batch_id, doubtful
       ), counted as (
         select batch_id, count(*) filter (where doubtful) as uncertain, count(*) filter (where not doubtful) as skipped
         from ended
         group by batch_id
       )
       update batch
       set state = 'cancelled', settled_at = app_now(), skipped = batch.skipped + coalesce(counted.skipped, 0),
           uncertain = batch.uncertain + coalesce(counted.uncertain, 0)
       from unnest($1::uuid[]) as given (id)
       left join counted on counted.batch_id = given.id
       where batch.id = given.id`,
      [pending],
    )
    await holdBatches(client, doubts, 'cancelled')
    return rows.length
  })
}
