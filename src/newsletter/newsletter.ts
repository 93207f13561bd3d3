import { z } from 'zod'
import { httpsUrl } from '../article/field.ts'
import type { NewsletterId } from '../id.ts'
import { localeSchema } from '../locale.ts'
import { isTimeZone } from '../send/time.ts'
import { addressSchema, domainSchema } from '../subscriber/address.ts'
import { singleLine } from '../text.ts'
import { brandingChangesSchema, type NewsletterBranding, newsletterBrandingSchema } from './branding.ts'

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
  /** How its mail looks; what is left out is as the theme has it. */
  readonly branding: NewsletterBranding
  /** Whether a reader is greeted by mail once they have confirmed, and told goodbye by mail. */
  readonly welcomeMail: boolean
  readonly goodbyeMail: boolean
  /** Whose addresses may subscribe, subdomains included; none: all but the denied ones. */
  readonly allowedDomains: readonly string[]
  readonly deniedDomains: readonly string[]
  readonly createdAt: Date
}

const domains = z.array(domainSchema).max(1_000).readonly()

const fields = {
  name: singleLine(200),
  fromName: singleLine(200),
  fromAddress: addressSchema,
  replyTo: addressSchema.nullable(),
  postalAddress: singleLine(500).describe('Street, postal code, town, country: shown in every issue.'),
  homepage: httpsUrl.nullable(),
  locale: localeSchema,
  timeZone: z.string().max(64).refine(isTimeZone, 'expected an IANA time zone such as "Europe/Berlin"'),
}

/** What may be left out, for what is usual. */
const choices = {
  welcomeMail: z.boolean().describe('Greet readers by mail once they have confirmed. Default: false.'),
  goodbyeMail: z.boolean().describe('Say goodbye by mail to readers who leave. Default: false.'),
  allowedDomains: domains.describe('Only addresses of these domains and below may subscribe. Default: all may.'),
  deniedDomains: domains.describe('Addresses of these domains and below may not subscribe. Default: none.'),
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
  ...fields,
  replyTo: fields.replyTo.default(null),
  homepage: fields.homepage.default(null),
  locale: fields.locale.default('en'),
  timeZone: fields.timeZone.default('UTC'),
  branding: newsletterBrandingSchema.optional(),
  ...z.object(choices).partial().shape,
})

export type NewNewsletter = z.output<typeof newNewsletterSchema>

/** What may be changed later; the slug stays, because links and `List-Id` carry it. What is left out stays as it is. */
export const newsletterChangesSchema = z
  .strictObject({ ...fields, ...choices, branding: brandingChangesSchema })
  .partial()

export type NewsletterChanges = z.output<typeof newsletterChangesSchema>
