import type { ModelServer } from '../model/model-server.js'
import { attemptsAt } from './messages.js'
import type { Messages, Sent, TaskNow } from './messages.js'
import type { Blow } from './random-faults.js'

/** What is done to one message, besides what strikes all. */
export type Trouble = 'broken' | 'overflow' | 'silent' | 'cancelled' | null

export interface Asked extends Sent {
  trouble: Trouble
}

const REASONS: Readonly<Record<string, readonly string[]>> = {
  broken: ['api_invalid_request'],
  overflow: ['context_overflow'],
  silent: ['agent_idle'],
}
/** The server hears of an end a little later than it happens, and a killed daemon's turns end with the next one's start. */
const LATE_MS = 30_000

/** A sentence for each message that is neither answered once, nor cancelled by hand, nor failed with its true reason. */
export async function judge(
  asked: readonly Asked[],
  { messages, model, blows }: { messages: Messages; model: ModelServer; blows: readonly Blow[] },
): Promise<string[]> {
  const tasks = await messages.tasks()
  const problems: string[] = []
  for (const chatId of new Set(asked.map((one) => one.chatId))) {
    const answers = await messages.answers(chatId)
    for (const one of asked.filter((other) => other.chatId === chatId)) {
      const attempts = attemptsAt(one.taskId, tasks)
      const own = answers.filter(({ taskId }) => attempts.some(({ id }) => id === taskId))
      const problem = problemOf(one, attempts, own, { model, blows })
      if (problem !== null) problems.push(`${one.marker} (${one.trouble ?? 'no trouble'}): ${problem}`)
    }
  }
  return problems
}

function problemOf(
  { marker, trouble }: Asked,
  attempts: readonly TaskNow[],
  answers: readonly { content: string }[],
  seen: { model: ModelServer; blows: readonly Blow[] },
): string | null {
  const completed = attempts.filter(({ status }) => status === 'COMPLETED').length
  const last = attempts.at(-1)
  if (last === undefined) return 'its task is gone'
  if (last.status === 'COMPLETED') {
    if (completed !== 1 || answers.length !== 1) return `completed ${completed} times, answered ${answers.length} times`
    return answers[0]?.content.includes(marker) ? null : `the answer is another one's: ${answers[0]?.content}`
  }
  if (answers.length > 0) return `${last.status}, and answered all the same`
  if (last.status === 'CANCELLED') return trouble === 'cancelled' ? null : 'cancelled, though nobody did'
  if (last.status !== 'FAILED') return `${last.status} in the end`
  const failures = attempts.flatMap((attempt) => failureProblem(attempt, { marker, trouble, ...seen }))
  return failures.length === 0 ? null : failures.join('; ')
}

/** Every attempt's failure, also of those that were tried again, has a reason that was there. */
function failureProblem(
  { failure, startedAt, finishedAt }: TaskNow,
  { marker, trouble, model, blows }: { marker: string; trouble: Trouble; model: ModelServer; blows: readonly Blow[] },
): string[] {
  if (failure === null) return []
  const [from, until] = [Date.parse(startedAt ?? finishedAt ?? ''), Date.parse(finishedAt ?? '')]
  const struck = blows.filter((blow) => blow.from <= until && blow.until + LATE_MS >= from)
  // A broken history is that of whoever has the message in it: the turns after it, until one starts afresh.
  const faults = model.seen.filter((one) => one.markers.includes(marker) && one.fault !== null)
  const own = [...faults.flatMap(({ fault }) => REASONS[fault ?? ''] ?? []), ...(REASONS[trouble ?? ''] ?? [])]
  const reasons = [...own, ...struck.flatMap((blow) => blow.reasons)]
  return reasons.includes(failure.reason) ? [] : [`${failure.reason}, of all reasons: ${failure.error.slice(0, 300)}`]
}
