import { isRecord, text } from './child-process.js'

type Result = Record<string, unknown>

/**
 * Collects the results of one run. Claude Code sends one for its answer, and one for each background task that ends later.
 * is_error counts, not subtype: the service's errors arrive as "success", some with exit status 0.
 */
export class ClaudeResults {
  readonly #good: Result[] = []
  #error: Result | null = null
  /** In order of arrival. */
  readonly all: Result[] = []

  /** Returns a warning if there is an error beside a good result: the turn then succeeds nevertheless. */
  add(result: Result): string | null {
    this.all.push(result)
    const failed = result.is_error === true
    const first = !failed && this.#good.length === 0
    if (failed) this.#error = result
    else this.#good.push(result)
    if (this.#error === null || !(first || failed) || this.#good.length === 0) return null
    return errorOf(this.#error) || 'Claude Code reported an error besides its answer.'
  }

  /** The whole answer; null if there is none. A later text does not replace an earlier one, so it has all texts. */
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
  /** The task ends by itself and then notifies Claude Code. A shell may be a server that never ends. */
  endsByItself: boolean
}

/** The running tasks of a `background_tasks_changed` event; null for another event. */
export function backgroundTasks(event: Result): BackgroundTask[] | null {
  if (event.subtype !== 'background_tasks_changed' || !Array.isArray(event.tasks)) return null
  return event.tasks.filter(isRecord).map(({ task_id: id, description, task_type: type }) => ({
    id: String(id),
    description: text(description) ?? String(id),
    endsByItself: /agent|workflow/.test(String(type)),
  }))
}
