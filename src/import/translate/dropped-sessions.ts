import type { TimedEvent } from '../../event-log/append.js'
import { dateOf } from './names.js'
import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/**
 * Resets the sessions that cancelled rows report as unusable, at the end of the stream, so that they are not offered
 * again. A cancellation event cannot say this itself (F8 and F9 are about runs that ended by themselves).
 */
export function droppedSessions(stories: readonly TaskStory[]): TimedEvent[] {
  return stories
    .filter(({ end }) => end === 'CANCELLED')
    .flatMap((story) => {
      const { retiredSessionId, sessionRolloutMissing } = story.row
      const retired = retiredSessionId === null ? [] : [reset(story, retiredSessionId, 'a cancelled run gave it up')]
      // A later run that reported the session proves its transcript.
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
