import type { RoutineValues } from '../../database/routine.js'
import type { NewEvent } from '../../session-pointer/events.js'
import type { Change } from './write-changes.js'

/** Events that do not change what lists show. */
const UNLISTED: ReadonlySet<NewEvent['type']> = new Set([
  'TASK_CLAIMED',
  'SESSION_PINNED',
  'SESSION_RESET',
  'CONVERSATION_SEALED',
])

/** The parameters of write.sql for the listings of these conversations. */
export function listingValues(changes: readonly Change[]): RoutineValues {
  const listed = changes.filter(isListed)
  const started = listed.filter((change) => isStart(change) && reasonOf(change) !== null)
  const others = listed.filter((change) => !isStart(change))
  return {
    ...(started.length > 0 && {
      started_w: started.map(({ workspaceId }) => workspaceId),
      started_ids: started.map(({ conversationId }) => conversationId),
      started_reasons: started.map(reasonOf),
    }),
    ...(others.length > 0 && {
      listed_w: others.map(({ workspaceId }) => workspaceId),
      listed_ids: others.map(({ conversationId }) => conversationId),
      listed_reasons: others.map(reasonOf),
    }),
  }
}

/** The reason of the newest claim's decision; null if it is unchanged. */
function reasonOf({ projection }: Change): string | null {
  return projection.progressed[0]?.resumeReason ?? null
}

/** Whether the start of a run is the only change that lists show. */
function isStart({ events, extras }: Change): boolean {
  const others = events.filter(({ type }) => !UNLISTED.has(type) && type !== 'TASK_STARTED')
  return others.length === 0 && extras.conversation === undefined && extras.erases === undefined
}

function isListed({ events, extras }: Change): boolean {
  return (
    extras.conversation !== undefined || extras.erases !== undefined || events.some(({ type }) => !UNLISTED.has(type))
  )
}
