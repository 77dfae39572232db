import type { Settings } from './session.js'

/**
 * Every writing statement looks rows up by key and is prepared once, so its one generic plan must suit any table size.
 * These settings therefore leave the planner no choice: indexes, nested loops, and joins in the written order, which starts
 * with the few requested rows. (With a free choice while the tables were nearly empty, it chose full scans: claims then
 * cost the database 4,700 us instead of 300, with 6,000 tasks queued, in one start of three.)
 */
export const PLAN_SETTINGS: Settings = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
  enable_bitmapscan: 'off',
  join_collapse_limit: '1',
  jit: 'off',
}
