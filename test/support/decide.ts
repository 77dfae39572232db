import type { ResumePolicy } from '../../src/session-pointer/events.js'
import { DEFAULT_POLICY, decideResume } from '../../src/session-pointer/resume-policy.js'
import type { ResumeDecision } from '../../src/session-pointer/resume-policy.js'
import { LAPTOP, timeOf } from './history.js'
import type { History } from './history.js'

/** What a test says about the claim; all the rest is the plainest claim there is. */
export interface Claim {
  on?: string
  forceFreshSession?: boolean
  forceFreshWorkDir?: boolean
  /** The source task's session and directory; only for a rerun. */
  source?: { sessionId: string | null; workDir: string | null }
  revision?: number
  policy?: Partial<ResumePolicy>
  account?: string | null
  store?: string | null
  now?: string
}

/** What a claim at the end of this story is told. */
export function decide(story: History, claim: Claim = {}): ResumeDecision {
  return decideResume({
    state: story.state,
    task: {
      runtimeId: claim.on ?? LAPTOP,
      forceFreshSession: claim.forceFreshSession ?? false,
      forceFreshWorkDir: claim.forceFreshWorkDir ?? false,
    },
    source: claim.source ?? null,
    agent: { revision: claim.revision ?? 1, policy: { ...DEFAULT_POLICY, ...claim.policy } },
    runtime: { account: claim.account ?? null, store: claim.store ?? null },
    now: claim.now ?? timeOf(story.version + 1),
  })
}

/** What a rerun of a source with this session and directory is told. */
export function decideRerun(
  story: History,
  sessionId: string | null,
  workDir: string | null,
  claim: Claim = {},
): ResumeDecision {
  return decide(story, { ...claim, source: { sessionId, workDir } })
}
