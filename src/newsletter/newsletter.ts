import { z } from 'zod'
import type { NewsletterId } from '../id.ts'
import { isTimeZone } from '../send/time.ts'
import { addressSchema } from '../subscriber/address.ts'
import { singleLine } from '../text.ts'

/** What a reader subscribes to. */
export type Newsletter = {
  readonly id: NewsletterId
  /** Part of its URLs and of `List-Id`; unique. */
  readonly slug: string
  readonly name: string
  readonly fromName: string
  readonly fromAddress: string
  readonly replyTo: string | null
  /** Where the sender can be reached by post; the law wants it in every issue. */
  readonly postalAddress: string
  readonly homepage: string | null
  /** BCP 47 */
  readonly locale: string
  /** IANA name; times without an offset are meant in it. */
  readonly timeZone: string
  readonly createdAt: Date
}

/** What is asked for when a newsletter is made. */
export const newNewsletterSchema = z.strictObject({
  slug: z
    .string()
    .max(64)
    .regex(
      /^[a-z0-9](-?[a-z0-9])*$/,
      'expected lower-case letters, digits and single hyphens, such as "morning-brief"',
    ),
  name: singleLine(200),
  fromName: singleLine(200),
  fromAddress: addressSchema,
  replyTo: addressSchema.nullish().transform((value) => value ?? null),
  postalAddress: singleLine(500).describe('Street, postal code, town, country: shown in every issue.'),
  homepage: z
    .url({ protocol: /^https$/ })
    .nullish()
    .transform((value) => value ?? null),
  locale: z.string().refine(isLocale, 'expected a language tag such as "en" or "de-AT"').default('en'),
  timeZone: z.string().refine(isTimeZone, 'expected an IANA time zone such as "Europe/Berlin"').default('UTC'),
})

export type NewNewsletter = z.output<typeof newNewsletterSchema>

/** What may be changed later; the slug stays, because links and `List-Id` carry it. */
export const newsletterChangesSchema = newNewsletterSchema.omit({ slug: true }).partial()

export type NewsletterChanges = z.output<typeof newsletterChangesSchema>

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}
