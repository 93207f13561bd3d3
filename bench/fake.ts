import { type FakeResendOptions, startFakeResend } from '../src/fake-resend/index.ts'
import { answerParent } from './child.ts'

/** Answers of the batch calls so far: when, in milliseconds since 1970, and with what. */
export type FakeCalls = readonly { readonly atMs: number; readonly status: number | null }[]

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
        .map(({ atMs, status }) => ({ atMs, status })),
  },
  () => fake.close(),
)
