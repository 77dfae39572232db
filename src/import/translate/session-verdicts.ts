import { pointerOf } from '../../session-pointer/bindings.js'
import { DEFAULT_POLICY } from '../../session-pointer/resume-policy.js'
import type { Binding, SessionState, StoredBindingState } from '../../session-pointer/session-state.js'
import type { SourceChat } from '../source/source-rows.js'
import { newestReport } from './place-pointer.js'
import { byEnd } from './task-story.js'
import type { TaskStory } from './task-story.js'

/**
 * KEPT: a row names the session with its runtime. PROVEN: a row names it without a runtime, and another row with the
 * same session proves the runtime (F16). UNPROVEN: nothing proves the runtime, so the session is never offered.
 */
type Verdict = 'KEPT' | 'PROVEN' | 'UNPROVEN'

export interface SessionVerdict {
  sessionId: string
  verdict: Verdict
  why: string
  state: StoredBindingState
  runtimeId: string | null
  workDir: string | null
  /** The next claim on its runtime is offered this session under the default policy. */
  isPointer: boolean
}

/** The outcome of each session of the conversation, newest first. */
export function sessionVerdicts(
  state: SessionState,
  stories: readonly TaskStory[],
  chat: SourceChat | null,
  chatRuntime: string | null,
): SessionVerdict[] {
  const pointer = pointerOf(state, DEFAULT_POLICY).binding
  return state.bindings.map((binding) => ({
    sessionId: binding.sessionId,
    ...verdictOn(binding, stories, chat, chatRuntime),
    state: binding.state,
    runtimeId: binding.runtimeId,
    workDir: binding.workDir,
    isPointer: binding === pointer,
  }))
}

function verdictOn(
  { sessionId, state }: Binding,
  stories: readonly TaskStory[],
  chat: SourceChat | null,
  chatRuntime: string | null,
): { verdict: Verdict; why: string } {
  const runs = stories.filter((story) => story.sessionId === sessionId).toSorted(byEnd)
  const proof = runs.findLast(({ runtimeFrom }) => runtimeFrom === 'ROW')
  const silent = runs.findLast(({ runtimeFrom }) => runtimeFrom !== 'ROW')
  const isChats = chat?.sessionId === sessionId
  const chatIsSilent = isChats && chatRuntime === null
  if (state === 'UNPROVEN') return { verdict: 'UNPROVEN', why: whyUnproven(sessionId, stories, isChats, silent) }
  if (proof !== undefined) {
    const why = `task ${proof.row.id} reported it on its runtime`
    if (chatIsSilent) return { verdict: 'PROVEN', why: `the chat names no known runtime; ${why}` }
    if (silent !== undefined) return { verdict: 'PROVEN', why: `task ${silent.row.id} names no runtime; ${why}` }
    if (isChats && chatRuntime !== proof.runtimeId) {
      return { verdict: 'KEPT', why: `${why}, which is not the chat's; the run counts` }
    }
    return { verdict: 'KEPT', why }
  }
  if (isChats && !chatIsSilent) {
    if (silent === undefined) return { verdict: 'KEPT', why: 'the chat names its runtime' }
    return { verdict: 'PROVEN', why: `task ${silent.row.id} names no runtime; the chat does, for the same session` }
  }
  return { verdict: 'KEPT', why: 'a task gave it up, or a person dropped it' }
}

function whyUnproven(
  sessionId: string,
  stories: readonly TaskStory[],
  isChats: boolean,
  silent: TaskStory | undefined,
): string {
  const who = isChats ? 'the chat' : `task ${silent?.row.id ?? ''}`
  const why = `${who} names no known runtime, and no task with a runtime reported this session`
  const newest = newestReport(stories)
  if (newest === null || newest.sessionId === sessionId) return why
  return `${why}; the newest task with a session, ${newest.row.id}, reported another one (${newest.sessionId ?? ''}) and does not lend its runtime`
}
