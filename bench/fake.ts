import { type FakeResendOptions, startFakeResend } from '../src/fake-resend/index.ts'
import { answerParent } from './child.ts'

/** The batch calls so far: when they came, in milliseconds since 1970, under what key, and what they were answered. */
export type FakeCalls = readonly {
  readonly atMs: number
  readonly idempotencyKey: string | undefined
  readonly status: number | null
}[]

export type FakeAnswers = { readonly url: string; readonly calls: FakeCalls }

// Resend's double in a process of its own, with the rate limit that the parent asks for.

const options: FakeResendOptions = JSON.parse(process.env.BENCH_FAKE ?? '{}')
const fake = await startFakeResend({ lifecycle: 'none', keepBodies: 0, ...options })

answerParent<FakeAnswers>(
  {
    url: () => fake.url,
    calls: () =>
      fake
        .requests()
        .filter(({ path }) => path === '/emails/batch')
        .map(({ atMs, idempotencyKey, status }) => ({ atMs, idempotencyKey, status })),
  },
  () => fake.close(),
)
