import type { Site } from './site.ts'
import type { World, WorldSpec } from './world.ts'

/** How much of it: the short run is CI's, the long one is started by hand. */
export type Size = 'short' | 'long'

/** One way in which things go wrong. */
export type Scenario = {
  /** What `--only` finds it by. */
  readonly name: string
  readonly spec: (size: Size) => WorldSpec
  /** Makes things go wrong. When it resolves, the world is closed and its books are. */
  readonly run: (world: World, size: Size, site: Site) => Promise<void>
  /** Left out where that is not installed. */
  readonly needs?: 'redis'
  /** Workers that break the promises, to prove that it is noticed: this must be found, and counts for nothing else. */
  readonly mustFind?: 'lost' | 'duplicated'
}
