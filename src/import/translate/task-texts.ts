import type { ConversationOpening } from '../../event-log/append.js'
import type { SourceConversation, SourceTask } from '../source/source-rows.js'
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
 * The source keeps no prompt with an issue's task: its agents look the issue up themselves. Here the prompt is what they find
 * there: key, title and description, the comments that brought the task about, and what was handed over. So it is of ended tasks
 * too, which may be rerun. The metadata say where the task came from.
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
  const { issueId, issueTitle, issueDescription } = thread
  const prompt = ({ triggerComment, earlierComments, handoffNote }: SourceTask): string => {
    const comments = [...(earlierComments ?? []), triggerComment]
    return [
      `${issueKey ?? ''}: ${issueTitle}`,
      issueDescription,
      ...[...new Set(comments)].map((comment) => labelled('Comment', comment)),
      labelled('Handed over', handoffNote),
    ]
      .filter((part) => part !== null && part !== '')
      .join('\n\n')
  }
  return {
    errors,
    reasons,
    titles: new Map(stories.map(({ taskId }) => [taskId, issueTitle])),
    contents: stories.map(({ row, taskId }) => ({
      taskId,
      prompt: prompt(row),
      metadata: { importedFrom: { taskId: row.id, issueId } },
    })),
    results: [],
  }
}

function labelled(label: string, text: string | null): string | null {
  return text === null || text === '' ? null : `${label}:\n${text}`
}
