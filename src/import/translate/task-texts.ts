import type { ConversationOpening } from '../../event-log/append.js'
import type { SourceConversation, SourceTask } from '../source/source-rows.js'
import { failureOfStory } from './run-events.js'
import type { TaskStory } from './task-story.js'

/** The texts of tasks, which are outside the log, in the write path's format. */
export interface TaskTexts {
  titles: Map<string, string | null>
  errors: Map<string, string>
  reasons: Map<string, string>
  contents: { taskId: string; prompt: string | null; metadata: unknown }[]
  results: { taskId: string; output: string | null; result: unknown }[]
}

/**
 * The source stores no prompt with an issue's task: its agents read the issue themselves. Here the prompt has what they
 * would find: key, title and description, the comments that triggered the task, and the hand-off note. Ended tasks have
 * it too, because they may be rerun. The metadata names the task's origin.
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
