import type { Fence } from '../batches.ts'
import { lockFenced } from './fence.ts'
import { type Pool, transaction } from './pool.ts'

/**
 * Cuts a batch that was refused whole into two pending halves with ids of their own; the bad message is in one of them.
 * When the other half of the same cut was refused whole too, the messages are not what is wrong: `alike`. Told so once,
 * the operator has resumed the send all the same: then it is cut.
 */
export function splitBatch(pool: Pool, fence: Fence): Promise<'split' | 'alike' | 'lost_fence'> {
  return transaction(pool, async (client) => {
    if (!(await lockFenced(client, fence))) return 'lost_fence'
    const sibling = await client.query(
      `select
       from batch
       join batch sibling on sibling.parent_id = batch.parent_id and sibling.id <> batch.id
       where batch.id = $1 and batch.setbacks = 0
         and (sibling.state = 'split' or sibling.refused = sibling.recipients)`,
      [fence.id],
    )
    if (sibling.rowCount !== 0) return 'alike'
    // Numbers of a send are handed out one cut at a time.
    await client.query(`select pg_advisory_xact_lock(hashtextextended(send_id::text, 1)) from batch where id = $1`, [
      fence.id,
    ])
    await client.query(HALVE, [fence.id])
    await client.query(
      `update batch
       set state = 'split', frozen = null, in_doubt_since = null, lease_until = null, worker = null, settled_at = app_now()
       where id = $1`,
      [fence.id],
    )
    return 'split'
  })
}

const HALVE = `
  with member as (
    select id, ntile(2) over (order by id) as half from delivery where batch_id = $1 and outcome = 'planned'
  ), half as materialized (
    select gen_random_uuid() as id, half, count(*) as recipients from member group by half
  ), halves as (
    insert into batch (id, kind, newsletter_id, send_id, number, variant, edition_hash, parent_id, recipients)
    select half.id, kind, newsletter_id, send_id,
           (select max(number) from batch numbered where numbered.send_id = batch.send_id) + half.half,
           variant, edition_hash, batch.id, half.recipients
    from half
    join batch on batch.id = $1
  )
  update delivery
  set batch_id = half.id
  from member
  join half using (half)
  where delivery.id = member.id`
