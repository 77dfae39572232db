import type { Waiting } from '../claim-queue/why-empty.js'
import { deleteRequestRecord } from '../event-log/request-records.js'
import { runtimeTopic } from '../wake-ups/hint.js'
import type { Asker } from './asker.js'
import { releaseTask } from './release-task.js'
import type { Services } from './services.js'
import type { Claimed, ClaimAsk } from './transaction/claim-ask.js'
import type { ClaimAnswer } from './transaction/claim-lane.js'

/**
 * Claims at once, or as soon as a hint says that there may be work, until `waitSeconds` are over; and once more then, before it
 * says that there is none. A hint wakes one of those who wait: where that one does not look with it, or gets another answer
 * than what the queue has (a repeat, a refusal, an error), the hint is the next one's.
 */
export async function claimOrWait(
  services: Services,
  ask: ClaimAsk,
  waitSeconds: number,
  asker: Asker | null,
): Promise<ClaimAnswer> {
  const { wakeUps, claims, observer, asked, clock } = services
  const asking = { workspaceId: ask.caller.workspaceId, runtimeIds: ask.runtimeIds }
  const topics = ask.runtimeIds.map((runtimeId) => runtimeTopic(ask.caller.workspaceId, runtimeId))
  const deadline = performance.now() + waitSeconds * 1000
  let hint: string | null = null
  try {
    for (;;) {
      const mark = wakeUps.hub.mark(topics)
      const started = performance.now()
      const answer = await claims.claim(ask)
      if (!('refused' in answer)) asked.note(asking, clock.now())
      if (!('empty' in answer)) {
        if ('claimed' in answer) {
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

/** Asked anew each time: it changes while one waits. */
function isGone(asker: Asker | null): boolean {
  return asker?.isGone === true
}

/** A task that is only not yet available needs no hint, nor does a runtime that cools down: their times are known. */
function untilDue(waiting: readonly Waiting[]): number {
  const seconds = waiting.flatMap(({ coolingFor, nextAvailableIn }) => coolingFor ?? nextAvailableIn ?? [])
  return Math.max(10, Math.min(...seconds.map((value) => value * 1000 + 5)))
}

/** What was claimed for a request that is gone, given back as if it had never been handed out. */
export async function giveBack(services: Services, ask: ClaimAsk, claimed: readonly Claimed[]): Promise<void> {
  if (ask.request !== null) await deleteRequestRecord(services.database.sql, ask.request)
  await Promise.all(
    claimed.map(({ task, claimToken }) =>
      releaseTask(services, ask.caller, {
        taskId: task.id,
        claimToken,
        reason: 'The request that asked for it was gone before the answer.',
      }),
    ),
  )
}
