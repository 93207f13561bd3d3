import { scheduleSend } from '../src/send/schedule.ts'
import type { Send } from '../src/send/send.ts'
import type { Child } from './child.ts'
import { addReaders, type Installation, type InstallationPlace, openInstallation, untilSend } from './installation.ts'
import type { WorkerAnswers } from './pressroom-worker.ts'
import { serverCpu } from './server-cpu.ts'
import type { SinkAnswers } from './sink.ts'

export type PipelineRun = InstallationPlace & {
  readonly sink: Child<SinkAnswers>
  readonly recipients: number
  /** Calls a second that the provider is known to take. */
  readonly requestsPerSecond: number
  /** Where a profile of the worker is written, if anywhere. */
  readonly profileDir: string | undefined
}

/** Processor time is in microseconds a recipient; the database's is null where it cannot be seen. */
export type Piped = {
  readonly perSecond: number
  readonly prepareMs: number
  readonly calls: number
  readonly workerCpu: number
  readonly databaseCpu: number | null
  readonly sinkCpu: number
}

/**
 * A whole send on real parts: PostgreSQL that syncs to disk, BullMQ, one worker in a process of its own, and a provider
 * that talks to the sink. Timed by the database, from the moment the send was due until it was sent, freezing the
 * audience included. Throws when not every reader was accepted once.
 */
export async function runPipeline(run: PipelineRun): Promise<Piped> {
  const installation = await openInstallation(run)
  const { app } = installation
  try {
    await addReaders(installation, run.recipients)
    // The first answer tells the account's pace; until then it is two calls a second, which is not what is asked here.
    await app.store.pace.learn(app.provider.account, run.requestsPerSecond)
    const nodeArgs = run.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${run.profileDir}`] : []
    return await timeSend(installation, await installation.startWorker({ nodeArgs }), run)
  } finally {
    await installation.close()
  }
}

async function timeSend(
  installation: Installation,
  worker: Child<WorkerAnswers>,
  { databaseUrl, sink, recipients }: PipelineRun,
): Promise<Piped> {
  const { app, issueId } = installation
  const databaseCpuSoFar = await serverCpu(databaseUrl)
  await sink.ask('forget')
  const usage = async () => ({
    worker: await worker.ask('cpuMicros'),
    database: await databaseCpuSoFar?.(),
    sink: (await sink.ask('count')).cpuMicros,
  })
  const before = await usage()
  const { send } = await scheduleSend(app, { issueId, at: 'now' })
  const sent = await untilSend(app, send.id, ({ state }) => state === 'sent')
  const after = await usage()
  const calls = await requireEachOnce(installation, sent, sink, recipients)
  const each = (micros: number) => micros / recipients
  return {
    perSecond: (recipients / msFromDue(sent, sent.finishedAt)) * 1_000,
    prepareMs: msFromDue(sent, sent.preparedAt),
    calls,
    workerCpu: each(after.worker - before.worker),
    databaseCpu:
      after.database === undefined || before.database === undefined ? null : each(after.database - before.database),
    sinkCpu: each(after.sink - before.sink),
  }
}

/** Milliseconds from when a send was due to a later moment of it. */
export function msFromDue({ scheduledAt }: Send, moment: Date | null): number {
  return moment === null ? Number.NaN : moment.getTime() - scheduledAt.getTime()
}

/** A rate of something that is not right is worth nothing. */
async function requireEachOnce(
  { app }: Installation,
  { id }: Send,
  sink: Child<SinkAnswers>,
  recipients: number,
): Promise<number> {
  const progress = await app.store.sends.progress(id)
  const { calls, messages, deliveries } = await sink.ask('count')
  const asRecorded = progress.recipients === recipients && progress.accepted === recipients
  const asReceived = messages === recipients && deliveries === recipients
  if (asRecorded && asReceived) return calls
  const received = { messages, deliveries }
  throw new Error(`Not every reader was accepted once: ${JSON.stringify({ recipients, progress, received })}`)
}
