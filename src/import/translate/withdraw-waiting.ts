import type { SourceConversation } from '../source/source-rows.js'
import type { TaskStory } from './task-story.js'

/**
 * Cancels queued tasks without a question, or of an archived chat. They stay in the history, and no agent gets an empty
 * prompt.
 * @param inputsOf the messages that a task answers
 */
export function withdrawWaiting(
  stories: readonly TaskStory[],
  { chat }: SourceConversation,
  isAgentArchived: boolean,
  inputsOf: (story: TaskStory) => readonly string[],
): TaskStory[] {
  const whyNot = (story: TaskStory): string | null => {
    if (story.row.regeneratesQuickActionsFor !== null) return 'it only regenerates quick actions, and is no turn'
    if (chat?.status === 'archived') return 'its chat is archived'
    if (isAgentArchived) return 'its agent is archived'
    return chat !== null && inputsOf(story).length === 0 ? 'it has no message to answer' : null
  }
  return stories.map((story) => {
    const withdrawn = story.end === null ? whyNot(story) : null
    return withdrawn === null ? story : { ...story, end: 'CANCELLED', withdrawn }
  })
}
