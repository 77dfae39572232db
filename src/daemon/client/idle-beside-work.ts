import type { ResultOf } from './client.js'
import type { Log } from './log.js'

type NoTask = NonNullable<ResultOf<'ClaimTasks'>['claimTasks']['noTask']>
type Reason = NoTask['reasons'][number]

const WHY: Record<Reason, string | null> = {
  QUEUE_EMPTY: null,
  NOT_YET_AVAILABLE: 'its time has not come',
  CONVERSATION_BUSY: 'another task of its conversation is under way',
  AGENT_AT_CAPACITY: 'its agent has as many tasks as it may have at once',
  RUNTIME_DEREGISTERED: 'a runtime of this daemon was taken out of service',
  RUNTIME_COOLING_DOWN: 'the account of a runtime is used up or logged out',
}

/** Says why a daemon without a run gets none of the work that waits for it: once, until the reasons are others. */
export function idleBesideWork(log: Log): (noTask: NoTask | null, isIdle: boolean) => void {
  let said = ''
  return (noTask, isIdle) => {
    const why = noTask?.reasons.flatMap((reason) => WHY[reason] ?? []).join('; ') ?? ''
    if (why !== '' && why !== said && isIdle) log('info', `Idle, though work waits: ${why}.`)
    if (why === '' || isIdle) said = why
  }
}
