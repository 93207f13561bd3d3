import { z } from 'zod'
import { type Id, isId } from '../../id.ts'
import type { NewsletterStore } from '../../store/store.ts'
import { internationalAddressSchema } from '../../subscriber/address.ts'

/** An id of ours, in a path, a query or a body. */
export function idSchema<Kind extends string>() {
  return z
    .custom<Id<Kind>>((value) => typeof value === 'string' && isId(value), 'expected an id, a UUID in lower case')
    .meta({ type: 'string', format: 'uuid' })
}

/** `/:id` of a route. */
export function pathId<Kind extends string>() {
  return z.object({ id: idSchema<Kind>() })
}

/** A newsletter, by its slug or id. */
export const newsletterName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected the slug or id of a newsletter')

/** An address in a query or a body, in the form it is compared by: any that a reader can have. */
export const addressKey = internationalAddressSchema.transform((address) => address.toLowerCase())

/** What every list can be asked. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('How many rows at most.'),
  after: z.string().max(300).optional().describe('The `next` of the page before.'),
}

/** A page of a list. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    rows: z.array(row).readonly(),
    next: z.string().nullable().describe('The `after` of the next page; null at the end.'),
  })
}

/** For answers without a body. */
export const nothing = z.undefined().describe('Done.')

/** An id in an answer. */
export const uuid = z.string().meta({ format: 'uuid' })

/** The id of the newsletter a list is narrowed to: undefined when it is not, null when there is no such newsletter. */
export async function narrowedTo(newsletters: Pick<NewsletterStore, 'find'>, name: string | undefined) {
  if (name === undefined) return undefined
  return (await newsletters.find(name))?.id ?? null
}

/** What a list that is narrowed to nothing holds. */
export const EMPTY_PAGE = { rows: [], next: null } as const
