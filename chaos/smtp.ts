import { type SinkFault, type SinkPhase, startSmtpSink } from '../test/support/smtp-sink.ts'
import { openGate } from './gate.ts'
import { answerParent, readOrders } from './process.ts'
import type { SinkAnswers } from './sink.ts'

/** A fault for whoever gets to that phase next. */
export type SmtpFault = { readonly phase: SinkPhase; readonly fault: SinkFault }

// An SMTP server in a process of its own, behind a gate. It outlives every worker, so its count is the oracle.

readOrders()
const server = await startSmtpSink({ keepsMail: false })
const gate = await openGate(server.port)
let waiting = 0

answerParent<SinkAnswers>({
  url: () => `smtp://127.0.0.1:${gate.port}?tls=off`,
  putForward: () => null,
  accepted: () => {
    const byDelivery = Object.fromEntries(server.accepted)
    return { messages: server.accepted.size, byDelivery, byReader: {} }
  },
  cut: () => gate.cut(),
  down: () => gate.down().then(() => null),
  up: () => gate.up().then(() => null),
  addFaults: (faults: readonly SmtpFault[]) => {
    for (const { phase, fault } of faults) {
      waiting += 1
      void server.failNext(phase, fault).then(() => {
        waiting -= 1
      })
    }
    return null
  },
  pendingFaults: () => waiting,
  endFaults: () => null,
})
