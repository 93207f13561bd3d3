import { z } from 'zod'
import { FATE_RANKS, type Fate } from '../../outcome/outcome.ts'
import { SEND_MOVES, type SendState } from '../../send/send.ts'
import { uuid } from './shapes.ts'

/** The states of a send. */
export const sendStates = z.enum(Object.keys(SEND_MOVES) as [SendState, ...SendState[]])

/** A send, in answers. */
export const send = z
  .object({
    id: uuid,
    issueId: uuid,
    newsletterId: uuid,
    state: sendStates,
    scheduledAt: z.date(),
    graceSeconds: z.number(),
    spreadSeconds: z.number().nullable().describe('The time over which it is spread; null: as fast as it goes.'),
    again: z.boolean(),
    pauseReason: z.enum(['operator', 'failure_rate', 'refused_whole']).nullable(),
    recipients: z.int().nullable().describe('The size of the frozen audience; null until it is frozen.'),
    createdAt: z.date(),
    preparedAt: z.date().nullable(),
    finishedAt: z.date().nullable(),
    editions: z
      .array(z.object({ variant: z.string(), locale: z.string().nullable(), editionHash: z.string() }))
      .readonly(),
    allowedChecks: z.array(z.string()).readonly().describe('Rules whose errors were let pass.'),
  })
  .meta({ id: 'Send' })

/** What was chosen where a time left a choice. */
export const note = z.string().nullable().describe('What was chosen where the time left a choice; null: nothing.')

/** What keeps mail waiting. */
export const block = z
  .object({
    reason: z.string().describe('quota, auth or down.'),
    until: z.date().nullable().describe('Null: until `POST /provider/unblock`.'),
    detail: z.string().nullable().describe('In the provider’s words.'),
  })
  .nullable()

const count = z.int()
const fates = z.enum(Object.keys(FATE_RANKS) as [Fate, ...Fate[]])

/** A send with what has become of its recipients, and what holds it. */
export const sendWithProgress = send.extend({
  progress: z.object({
    recipients: count,
    accepted: count,
    refused: count,
    uncertain: count,
    skipped: count,
    open: count.describe('Not yet handed to the provider, or in its hands without an answer.'),
  }),
  fates: z
    .partialRecord(fates, count)
    .describe('How many of the accepted have which fate, as the provider told later.'),
  blocked: block.describe('Why a send that is sending does not move; null when nothing holds it.'),
})
