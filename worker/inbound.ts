import { type ApplyInboundDeps, applyDueMail } from '../src/inbound/apply.ts'

/** Mail has come in: deal with it until none is due. */
export function inbound(deps: ApplyInboundDeps, signal: AbortSignal): Promise<void> {
  return applyDueMail(deps, signal)
}
