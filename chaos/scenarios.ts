import { asleep } from './asleep.ts'
import { deploys } from './deploys.ts'
import { failpoints } from './failpoints.ts'
import { resendFaults } from './faults.ts'
import { randomKills } from './kills.ts'
import { oracle } from './oracle.ts'
import type { Scenario } from './scenario.ts'
import { services } from './services.ts'
import { smtpFaults } from './smtp-faults.ts'
import { steering } from './steering.ts'
import { switches } from './switches.ts'

/** Everything that is made to go wrong, in the order in which it is. */
export const SCENARIOS: readonly Scenario[] = [
  ...oracle,
  ...failpoints,
  ...randomKills,
  ...services,
  ...resendFaults,
  ...smtpFaults,
  ...deploys,
  ...asleep,
  switches,
  ...steering,
]
