import { leaving } from './leaving.ts'
import type { Scenario, Size } from './scenario.ts'
import type { Site } from './site.ts'
import { heading, type Row, tableRow, totalOf } from './table.ts'
import { type Outcome, openWorld } from './world.ts'

/** Runs scenarios one after another, each in a world of its own, and says line by line what they came to. */
export async function runScenarios(
  site: Site,
  scenarios: readonly Scenario[],
  size: Size,
  say: (line: string) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  say(heading())
  for (const scenario of scenarios) {
    if (scenario.needs === 'redis' && !site.redis) {
      say(`${scenario.name}: left out, redis-server is not installed`)
      continue
    }
    const startedMs = performance.now()
    const outcome = judge(scenario, await runScenario(site, scenario, size))
    const row = { name: scenario.name, seconds: (performance.now() - startedMs) / 1_000, ...outcome }
    say(tableRow({ ...row, ...row.tally }))
    rows.push(row)
  }
  say(tableRow({ name: 'total', ...totalOf(rows) }))
  return rows
}

async function runScenario(site: Site, scenario: Scenario, size: Size): Promise<Outcome> {
  const leave = leaving()
  site.onLeave(leave.now)
  try {
    const world = await openWorld(site, scenario.name, scenario.spec(size), leave)
    try {
      await Promise.race([scenario.run(world, size, site), world.broken])
    } catch (error) {
      world.complain(`It broke off: ${error instanceof Error ? error.stack : error}`)
    }
    return await world.close()
  } finally {
    await leave.now()
  }
}

/** A world that was broken on purpose counts for nothing but that it was found out. */
function judge({ mustFind }: Scenario, outcome: Outcome): Outcome {
  if (!mustFind) {
    const findings = outcome.tally.recipients > 0 ? [] : ['Nobody was written to, so nothing was proven.']
    return { ...outcome, findings: [...findings, ...outcome.findings] }
  }
  const findings = outcome.tally[mustFind] > 0 ? [] : [`Broken on purpose, and nothing was found to be ${mustFind}.`]
  const nothing = { recipients: 0, accepted: 0, refused: 0, uncertain: 0, skipped: 0, lost: 0, duplicated: 0 }
  return { findings, tally: nothing, kills: 0, faults: 0 }
}
