import { z } from 'zod'
import { SCOPES } from '../keys.ts'
import { idSchema } from './shapes.ts'

/** What came from outside and is to be dealt with once more: whatever fits all that is given. */
export function replaySchema<State extends string>(states: z.ZodType<State>) {
  return z
    .strictObject({
      ids: z.array(idSchema()).min(1).max(1_000).optional(),
      state: states.optional(),
      since: z.iso
        .datetime({ offset: true })
        .transform((time) => new Date(time))
        .optional()
        .describe('Those that came in then or later.'),
    })
    .refine((given) => Object.values(given).some((value) => value !== undefined), 'expected ids, state or since')
}

/** Whether a key may see what came as it came, addresses included. */
export function isOperator(key: { readonly scopes: readonly string[] } | null): boolean {
  return SCOPES.every((scope) => key?.scopes.includes(scope))
}
