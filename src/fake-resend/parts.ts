import type { AdjustableClock } from './clock.ts'
import type { Inbox } from './inbox.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Mailbox } from './mailbox.ts'
import type { Settings } from './options.ts'
import type { Suppressions } from './suppressions.ts'
import type { Postman } from './webhooks/postman.ts'
import type { Webhooks } from './webhooks/webhook.ts'

/** What the endpoints work with. */
export type Parts = {
  readonly settings: Settings
  readonly clock: AdjustableClock
  readonly mailbox: Mailbox
  readonly lifecycle: Lifecycle
  readonly suppressions: Suppressions
  readonly webhooks: Webhooks
  readonly postman: Postman
  readonly inbox: Inbox
}
