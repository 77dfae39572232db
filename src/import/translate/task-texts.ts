import type { ConversationOpening } from '../../event-log/append.js'
import type { SourceConversation } from '../source/source-rows.js'
import { failureOfStory } from './run-events.js'
import type { TaskStory } from './task-story.js'

/** What the log does not hold of tasks, as the write path takes it. */
export interface TaskTexts {
  titles: Map<string, string | null>
  errors: Map<string, string>
  reasons: Map<string, string>
  contents: { taskId: string; prompt: string | null; metadata: unknown }[]
  results: { taskId: string; output: string | null; result: unknown }[]
}

/**
 * The source keeps no prompt with an issue's task: its agents look the issue up themselves. What a daemon needs to know
 * is which issue it is, so key and title are the prompt, also of ended tasks, which may be rerun; and the metadata say
 * where the task came from.
 */
export function taskTexts(
  { thread }: SourceConversation,
  stories: readonly TaskStory[],
  { issueKey }: ConversationOpening,
  outputOf: (story: TaskStory) => string | null,
): TaskTexts {
  const failed = stories.filter(({ end }) => end === 'FAILED')
  const errors = new Map(failed.map((story) => [story.taskId, failureOfStory(story).errorText]))
  const reasons = new Map(
    failed.flatMap((story): [string, string][] => {
      const { reasonText } = failureOfStory(story)
      return reasonText === undefined ? [] : [[story.taskId, reasonText]]
    }),
  )
  if (thread === null) {
    const answered = stories.map((story) => ({ taskId: story.taskId, output: outputOf(story), result: null }))
    return {
      titles: new Map(),
      errors,
      reasons,
      contents: [],
      results: answered.filter(({ output }) => output !== null),
    }
  }
  const { issueId, issueTitle } = thread
  return {
    errors,
    reasons,
    titles: new Map(stories.map(({ taskId }) => [taskId, issueTitle])),
    contents: stories.map(({ row, taskId }) => ({
      taskId,
      prompt: `${issueKey ?? ''}: ${issueTitle}`,
      metadata: { importedFrom: { taskId: row.id, issueId } },
    })),
    results: [],
  }
}
