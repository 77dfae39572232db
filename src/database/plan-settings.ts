import type { Settings } from './session.js'

/**
 * Every statement that changes something goes by key and is prepared once: one generic plan, which must be the right one
 * whatever the tables held when it was made. So it has no choice: indexes, nested loops, and joins in the order in which
 * they are written, the few rows that are asked for first. (Left to choose while the tables were nearly empty, it read
 * them whole: claims then cost the database 4,700 us in place of 300, with 6,000 tasks queued, in one start of three.)
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
