import { type ApplyDeps, applyDueEvents } from '../src/outcome/apply.ts'

/** Provider events have come in: apply until none is due. */
export function events(deps: ApplyDeps, signal: AbortSignal): Promise<void> {
  return applyDueEvents(deps, signal)
}
