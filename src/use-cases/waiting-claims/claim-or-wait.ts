import type { Waiting } from '../../claim-queue/why-empty.js'
import { deleteRequestRecord } from '../../event-log/request-records.js'
import { runtimeTopic } from '../../wake-ups/hint.js'
import type { Asker } from './asker.js'
import { releaseTask } from '../release-task.js'
import type { Services } from '../services/services.js'
import type { Claim, ClaimCall } from '../transaction/claim-call.js'
import type { ClaimAnswer } from '../transaction/claim-lane.js'

/**
 * Claims at once, or as soon as a hint says that there may be work, for up to `waitSeconds`. It claims once more at the end
 * before it answers that there is no work. A hint wakes one waiting claim. If that claim does not use the hint, or its
 * answer did not come from the queue (a repeat, a refusal, an error), the hint passes to the next one.
 */
export async function claimOrWait(
  services: Services,
  call: ClaimCall,
  waitSeconds: number,
  asker: Asker | null,
): Promise<ClaimAnswer> {
  const { wakeUps, claims, observer, asked, clock } = services
  const asking = { workspaceId: call.caller.workspaceId, runtimeIds: call.runtimeIds }
  const topics = call.runtimeIds.map((runtimeId) => runtimeTopic(call.caller.workspaceId, runtimeId))
  const deadline = performance.now() + waitSeconds * 1000
  let hint: string | null = null
  try {
    for (;;) {
      const mark = wakeUps.hub.mark(topics)
      const started = performance.now()
      const answer = await claims.claim(call)
      if (!('refused' in answer)) asked.note(asking, clock.now())
      if (!('empty' in answer)) {
        if ('claims' in answer) {
          hint = null
          observer.claimSeconds((performance.now() - started) / 1000)
          wakeUps.mayHaveMore(topics)
        }
        return answer
      }
      hint = null
      const left = deadline - performance.now()
      if (left <= 0 || wakeUps.closed || isGone(asker) || answer.empty.some(({ deregistered }) => deregistered))
        return answer
      const longest = Math.min(left, untilDue(answer.empty))
      const { topic } = await asked.whileWaiting(asking, () => wakeUps.until(topics, mark, longest, asker))
      asked.note(asking, clock.now())
      hint = topic
      if (wakeUps.closed || isGone(asker)) return answer
    }
  } finally {
    if (hint !== null) wakeUps.hub.wakeOne(hint)
  }
}

/** A function, so that each call reads the current value: it changes during a wait. */
function isGone(asker: Asker | null): boolean {
  return asker?.isGone === true
}

/** The delay until a scheduled task is due or a runtime has cooled down. Both times are known and need no hint. */
function untilDue(waiting: readonly Waiting[]): number {
  const seconds = waiting.flatMap(({ coolingFor, nextAvailableIn }) => coolingFor ?? nextAvailableIn ?? [])
  return Math.max(10, Math.min(...seconds.map((value) => value * 1000 + 5)))
}

/** Releases what was claimed for a disconnected client, as if it had never been handed out. */
export async function giveBack(services: Services, call: ClaimCall, claimed: readonly Claim[]): Promise<void> {
  if (call.request !== null) await deleteRequestRecord(services.database.sql, call.request)
  await Promise.all(
    claimed.map(({ task, claimToken }) =>
      releaseTask(services, call.caller, {
        taskId: task.id,
        claimToken,
        reason: 'The request that asked for it was gone before the answer.',
      }),
    ),
  )
}
