import { z } from 'zod'
import { behaviourSchema } from './behaviour-schema.ts'
import { eventSchema, type FakeResendControl } from './control.ts'
import { faultSchema } from './faults.ts'
import { inboundSchema } from './inbox.ts'
import { ok, type Reply } from './reply.ts'

const faultsBody = z.preprocess((body) => (Array.isArray(body) ? body : [body]), z.array(faultSchema))
const clockBody = z.strictObject({ advanceMs: z.int().nonnegative() })
const NO_SUCH_EMAIL: Reply = { status: 404, body: { error: 'No such email.' } }

type Request = { readonly body: unknown; readonly query: URLSearchParams }
type Endpoint = (control: FakeResendControl, request: Request) => unknown

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /_fake/accepted': (control) => control.accepted(),
  'GET /_fake/totals': (control) => control.totals(),
  'GET /_fake/emails': (control, { query }) => someEmails(control, query),
  'GET /_fake/requests': (control) => ({ ...control.totals(), latest: control.requests() }),
  'GET /_fake/faults': (control) => control.pendingFaults(),
  'POST /_fake/faults': (control, { body }) => control.addFaults(...faultsBody.parse(body)),
  'DELETE /_fake/faults': (control) => control.clearFaults(),
  'POST /_fake/release': (control) => control.release(),
  'GET /_fake/settings': (control) => control.settings(),
  'POST /_fake/settings': (control, { body }) => control.change(behaviourSchema.parse(body)),
  'POST /_fake/events': (control, { body }) => (control.fire(eventSchema.parse(body)) ? undefined : NO_SUCH_EMAIL),
  'POST /_fake/receive': async (control, { body }) => ({ id: (await control.receive(inboundSchema.parse(body))).id }),
  'POST /_fake/clock': (control, { body }) => control.advance(clockBody.parse(body).advanceMs),
  'POST /_fake/settle': (control) => control.settled(),
  'POST /_fake/reset': (control) => control.reset(),
}

/** Answers a call to `/_fake/*`; what is wrong with it is said in plain words. */
export async function answerControl(
  control: FakeResendControl,
  { method, path, query, bytes }: { method: string; path: string; query: URLSearchParams; bytes: Buffer },
): Promise<Reply> {
  const endpoint = ENDPOINTS[`${method} ${path}`]
  if (!endpoint) return { status: 404, body: { error: 'No such control.', controls: Object.keys(ENDPOINTS) } }
  try {
    const body: unknown = bytes.length === 0 ? undefined : JSON.parse(bytes.toString())
    const result = await endpoint(control, { body, query })
    return result === NO_SUCH_EMAIL ? NO_SUCH_EMAIL : ok(result ?? { done: true })
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 422, body: { error: z.prettifyError(error) } }
    if (error instanceof SyntaxError) return { status: 400, body: { error: 'The body is not JSON.' } }
    throw error
  }
}

/** The latest 1,000 unless `limit` says otherwise; with `delivery` those of one tag only. Oldest first. */
function someEmails(control: FakeResendControl, query: URLSearchParams): unknown {
  const delivery = query.get('delivery')
  const chosen = control.emails().filter(({ tags }) => delivery === null || tags.delivery === delivery)
  return chosen.slice(-Math.max(Number(query.get('limit') ?? 1_000) || 1, 1))
}
