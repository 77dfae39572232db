import { backlog } from './backlog/backlog.js'
import type { Bench } from './bench.js'
import { builds } from './builds/builds.js'
import { claim } from './claim/claim.js'
import { embedded } from './embedded/embedded.js'
import { fold } from './fold/fold.js'
import { history } from './history/history.js'
import { hostile } from './hostile/hostile.js'
import { idle } from './idle/idle.js'
import { importing } from './import/import.js'
import { installed } from './installed/installed.js'
import { lives } from './lives/lives.js'
import { page } from './page/page.js'
import { pinned } from './pinned/pinned.js'
import { streams } from './streams/streams.js'
import { tab } from './tab/tab.js'
import { year } from './year/year.js'

export const BENCHES: Record<string, Bench> = {
  claim,
  lives,
  builds,
  backlog,
  pinned,
  idle,
  history,
  fold,
  embedded,
  hostile,
  streams,
  page,
  tab,
  installed,
  import: importing,
  year,
}
