import type { TimedEvent } from '../../event-log/append.js'
import { dateOf } from './names.js'
import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/**
 * What cancelled rows say against a session. A cancellation has no word for it in the log (F8 and F9 are about runs that
 * ended by themselves), so the session is reset, last of all: it is not offered again.
 */
export function droppedSessions(stories: readonly TaskStory[]): TimedEvent[] {
  return stories
    .filter(({ end }) => end === 'CANCELLED')
    .flatMap((story) => {
      const { retiredSessionId, sessionRolloutMissing } = story.row
      const retired = retiredSessionId === null ? [] : [reset(story, retiredSessionId, 'a cancelled run gave it up')]
      // A later run that reported it had its transcript.
      const reportedLater = stories.some((other) => other.sessionId === story.sessionId && byEnd(story, other) < 0)
      if (!sessionRolloutMissing || story.sessionId === null || reportedLater) return retired
      return [...retired, reset(story, story.sessionId, 'a cancelled run left no transcript of it')]
    })
}

function reset({ endedAt }: TaskStory, sessionId: string, reason: string): TimedEvent {
  return {
    type: 'SESSION_RESET',
    taskId: null,
    runtimeId: null,
    data: { sessionId, reason },
    occurredAt: dateOf(endedAt),
  }
}
