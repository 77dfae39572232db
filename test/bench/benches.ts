import type { Bench } from './bench.js'
import { claim } from './claim/claim.js'

export const BENCHES: Record<string, Bench> = { claim }
