import { AppError } from '../../../error.ts'
import type { Api } from '../../api.ts'
import type { Page } from '../../pages.ts'

type Subscription = {
  readonly newsletterId: string
  readonly status: string
  readonly pausedUntil: string | null
}

/** A subscriber as the API shows them. */
export type Subscriber = {
  readonly id: string
  readonly address: string
  readonly firstName: string
  readonly attributes: Readonly<Record<string, string>>
  readonly locale: string | null
  readonly timeZone: string | null
  readonly createdAt: string
  readonly subscriptions: readonly Subscription[]
}

/** The subscriber with that address or id. @throws AppError `not_found` */
export async function findSubscriber(api: Api, who: string): Promise<Subscriber> {
  if (!who.includes('@')) return api.get<Subscriber>(`/subscribers/${encodeURIComponent(who)}`)
  const { rows } = await api.get<Page<Subscriber>>('/subscribers', { address: who })
  const [found] = rows
  if (!found) throw new AppError('not_found', 'There is no subscriber with that address.')
  return found
}
