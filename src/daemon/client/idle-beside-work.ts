import type { ResultOf } from './client.js'
import type { Log } from './log.js'

type NoTask = NonNullable<ResultOf<'ClaimTasks'>['claimTasks']['noTask']>
type Reason = NoTask['reasons'][number]

const WHY: Record<Reason, string | null> = {
  QUEUE_EMPTY: null,
  NOT_YET_AVAILABLE: 'a task is scheduled for later',
  CONVERSATION_BUSY: 'another task of the conversation is running',
  AGENT_AT_CAPACITY: 'the agent is at its limit of concurrent tasks',
  RUNTIME_DEREGISTERED: 'a runtime of this daemon is deregistered',
  RUNTIME_COOLING_DOWN: "a runtime's account is used up or logged out",
}

/** Logs why an idle daemon gets none of the queued tasks: once, until the reasons change. */
export function idleBesideWork(log: Log): (noTask: NoTask | null, isIdle: boolean) => void {
  let said = ''
  return (noTask, isIdle) => {
    const why = noTask?.reasons.flatMap((reason) => WHY[reason] ?? []).join('; ') ?? ''
    if (why !== '' && why !== said && isIdle) log('info', `Idle, although tasks are queued: ${why}.`)
    if (why === '' || isIdle) said = why
  }
}
