import { isRecord, text } from './child-process.js'

type Result = Record<string, unknown>

/**
 * What the results of one run amount to. Claude Code gives one for its answer, and one more for each background task
 * that ended later. is_error counts, not subtype: errors of the service come as "success", some with exit status 0.
 */
export class ClaudeResults {
  readonly #good: Result[] = []
  #error: Result | null = null
  /** In their order. */
  readonly all: Result[] = []

  /** Returns what to warn of: an error before or after a good result, which the turn outlives. */
  add(result: Result): string | null {
    this.all.push(result)
    const failed = result.is_error === true
    const first = !failed && this.#good.length === 0
    if (failed) this.#error = result
    else this.#good.push(result)
    if (this.#error === null || !(first || failed) || this.#good.length === 0) return null
    return errorOf(this.#error) || 'Claude Code reported an error beside its answer.'
  }

  /** The whole answer; null where there is none. A later text is no correction of an earlier one: all are kept. */
  answer(): { output: string; last: Result } | null {
    const last = this.#good.at(-1)
    if (last === undefined) return null
    const texts = this.#good.map((result) => text(result.result)).filter((one) => one !== null)
    return { output: texts.join('\n\n'), last }
  }

  error(): Result | null {
    return this.#error
  }
}

export function errorOf(result: Result): string {
  const errors = Array.isArray(result.errors) ? result.errors.map(String) : []
  return [...errors, text(result.result)].filter((part) => part !== null && part !== '').join('\n')
}

export interface BackgroundTask {
  id: string
  description: string
  /** It works on its own until it is done, and tells Claude Code then. A shell may be a server that never ends. */
  endsByItself: boolean
}

/** What a `background_tasks_changed` event says is running now; null for another event. */
export function backgroundTasks(event: Result): BackgroundTask[] | null {
  if (event.subtype !== 'background_tasks_changed' || !Array.isArray(event.tasks)) return null
  return event.tasks.filter(isRecord).map(({ task_id: id, description, task_type: type }) => ({
    id: String(id),
    description: text(description) ?? String(id),
    endsByItself: /agent|workflow/.test(String(type)),
  }))
}
