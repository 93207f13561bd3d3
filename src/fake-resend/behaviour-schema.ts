import { z } from 'zod'
import type { Behaviour } from './options.ts'

/** JSON knows no infinity: null stands for no limit. */
const limit = z
  .int()
  .positive()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY)
const ms = z.int().min(0).max(3_600_000)
const share = z.number().min(0).max(1)

const undocumentedSchema = z
  .strictObject({
    cacheErrors: z.enum(['none', '4xx', 'all']),
    keySpace: z.enum(['endpoint', 'shared']),
    keyScope: z.enum(['team', 'key']),
    validationInFingerprint: z.boolean(),
    fingerprint: z.enum(['ordered', 'unordered', 'bytes']),
    rateLimitedBindsKey: z.boolean(),
    permissiveReplay: z.enum(['same', 'ids_only']),
    addressErrorName: z.enum(['validation_error', 'invalid_parameter']),
    tooLargeStatus: z.union([z.literal(413), z.literal(422)]),
    suppressTestAddresses: z.boolean(),
  })
  .partial()

/** A change of behaviour that comes from outside: from a command line, or from the control over HTTP. */
export const behaviourSchema: z.ZodType<Behaviour> = z
  .strictObject({
    requestsPerSecond: limit,
    dailyQuota: limit,
    monthlyQuota: limit,
    latencyMs: z.union([ms, z.tuple([ms, ms])]),
    domains: z.array(z.string()).nullable(),
    testAddress: z.string().nullable(),
    lifecycle: z.enum(['auto', 'none']),
    shares: z.strictObject({ bounced: share, complained: share, delayed: share, failed: share }).partial(),
    webhooks: z.strictObject({ duplicate: z.boolean(), reorder: z.boolean(), beforeAnswer: z.boolean() }).partial(),
    undocumented: undocumentedSchema,
  })
  .partial()
