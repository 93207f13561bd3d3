import { spawn } from 'node:child_process'
import type { Fault, RuleFacts } from '../rule.ts'

/** Run by a SpamAssassin on this machine, where there is one. */
export const spamScore: RuleFacts = {
  id: 'spam-score',
  severity: 'warning',
  explains:
    'SpamAssassin on this machine, asking nobody, gives the mail less than 2 points; from 5 on, where it counts as junk, it is an error.',
  mend: 'See which of its rules gave points; they are named with what each gave.',
}

const WARN = 2
const JUNK = 5
const PATIENCE_MS = 60_000

export type SpamOptions = {
  /** Default: `spamassassin`, as it is found on PATH. */
  readonly program?: string
  /** Ends the wait before its minute is over. */
  readonly signal?: AbortSignal
}

/**
 * What a local SpamAssassin says about a mail in its form on the wire; a note when there is none, or when it gives no
 * answer. It runs without network, without learning and without settings of a user; `spamc` is not used, because what
 * stands behind it may ask others.
 */
export async function findSpamScore(mime: Uint8Array, options: SpamOptions = {}): Promise<readonly Fault[]> {
  const run = await scoreOf(mime, options)
  if (run.kind === 'not_run') return [{ where: 'mail', message: `Not run: ${run.why}.`, severity: 'note' }]
  const { score, tests } = run
  if (score < WARN) return []
  const message = `SpamAssassin gives ${score} points: ${tests.join(', ')}.`
  return [{ where: 'mail', message, severity: score >= JUNK ? 'error' : 'warning' }]
}

/** What SpamAssassin gives a mail, and its rules that gave or took points. */
export type SpamRun =
  | { readonly kind: 'scored'; readonly score: number; readonly tests: readonly string[] }
  | { readonly kind: 'not_run'; readonly why: string }

/** Runs SpamAssassin over one mail. Never throws. */
export function scoreOf(mime: Uint8Array, { program = 'spamassassin', signal }: SpamOptions = {}): Promise<SpamRun> {
  return new Promise((done) => {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    const child = spawn(program, ARGUMENTS, {
      stdio: ['pipe', 'pipe', 'ignore'],
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      killSignal: 'SIGKILL',
      env: { PATH: process.env.PATH ?? '', LANG: 'C', HOME: '/nonexistent' },
    })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', (error: NodeJS.ErrnoException) => done({ kind: 'not_run', why: whyNot(error) }))
    child.on('close', () => done(readScore(Buffer.concat(output).toString('latin1'))))
    // It may end before it has read everything.
    child.stdin.on('error', () => undefined)
    child.stdin.end(mime)
  })
}

const ARGUMENTS = [
  '--local',
  '--test-mode',
  '--nocreate-prefs',
  '--prefspath=/dev/null',
  '--cf=use_bayes 0',
  '--cf=bayes_auto_learn 0',
  '--cf=use_learner 0',
  '--cf=report_safe 0',
  '--cf=add_header all Pressroom score=_SCORE_ tests=_TESTSSCORES(,)_',
]

function readScore(output: string): SpamRun {
  const head = output.slice(0, output.indexOf('\n\n')).replace(/\n[ \t]+/g, '')
  const [, score, tests = ''] = /^X-Spam-Pressroom: score=(-?[\d.]+)\s*tests=(\S*)/m.exec(head) ?? []
  if (score === undefined) return { kind: 'not_run', why: 'SpamAssassin gave no score' }
  return {
    kind: 'scored',
    score: Number(score),
    tests: tests.split(',').filter((test) => !/^$|=0$|=-?0\.0+$/.test(test)),
  }
}

function whyNot(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no SpamAssassin on this machine (apt install spamassassin)'
  return error.name === 'AbortError' ? 'SpamAssassin took too long' : `SpamAssassin cannot be run (${error.code})`
}
