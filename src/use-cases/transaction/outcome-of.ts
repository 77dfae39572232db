import type { Task } from '../../generated/prisma/client.js'
import type { ConversationOpening } from '../../event-log/append.js'
import { NO_DIGEST } from '../../event-log/digest.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import type { ConversationErased } from '../../session-pointer/conversation-events.js'
import type { NewEvent } from '../../session-pointer/events.js'
import { FOLD_VERSION } from '../../session-pointer/session-state.js'
import { replayOf } from '../calls/outcome.js'
import type { ConversationRow, ConversationWork, Extras, LoadedConversation, WorkResult } from './conversation-work.js'
import { isActivity } from './write-changes.js'
import { projectEvents } from './project-events.js'
import type { Projection } from './project-events.js'
import type { Change } from './write-changes.js'

/** The result of a work item, and the change that must be written with it. */
export interface WorkOutcome {
  result: WorkResult
  change: Change | null
}

/** A repeated call gets its first answer; any other is decided. Pure, once the work's `decide` is. */
export function outcomeOf(
  work: ConversationWork,
  record: RequestRecord | null,
  loaded: LoadedConversation,
): WorkOutcome {
  if (record !== null && work.request != null) {
    const replay = replayOf(work.request, record)
    if ('refused' in replay) return { result: replay, change: null }
    const { tasks, conversation, agent, runtimes, now } = loaded
    const answer = replay.answer as Record<string, unknown>
    return { result: { done: { answer, replayed: true, tasks, conversation, agent, runtimes, now } }, change: null }
  }
  const decision = work.decide(loaded)
  if ('refused' in decision) return { result: { refused: decision.refused }, change: null }
  const answer = 'unchanged' in decision ? decision.unchanged : decision.answer
  const events = 'unchanged' in decision ? [] : decision.events
  const extras = 'unchanged' in decision ? {} : (decision.extras ?? {})
  const opening = openingOf(work, loaded)
  const place = {
    workspaceId: work.workspaceId,
    conversationId: loaded.conversation?.id ?? newConversationId(work),
    version: loaded.conversation?.version ?? 0,
    digest: loaded.conversation?.digest ?? NO_DIGEST,
  }
  const projection = projectEvents(loaded, place, events, extras)
  const nothingToWrite = events.length === 0 && extras.conversation === undefined && work.request == null
  return {
    result: {
      done: {
        answer,
        replayed: false,
        tasks: tasksAfter(loaded, projection),
        conversation: conversationAfter(loaded, place, opening, projection, events, extras),
        agent: loaded.agent,
        runtimes: loaded.runtimes,
        now: loaded.now,
      },
    },
    change: nothingToWrite
      ? null
      : {
          ...place,
          actor: work.actor,
          opening: events.length === 0 ? null : opening,
          events,
          extras,
          projection,
          record: work.request == null ? null : { ...work.request, answer },
        },
  }
}

function erasedBy({ throughVersion }: ConversationErased, version: number, now: Date): Partial<ConversationRow> {
  if (throughVersion !== undefined) return { erasedAt: now, erasedVersion: throughVersion }
  return { title: null, erasedAt: now, erasedVersion: version }
}

function openingOf({ target }: ConversationWork, { conversation }: LoadedConversation): ConversationOpening | null {
  if (conversation !== null) return null
  if ('openChat' in target) {
    return { kind: 'CHAT', agentId: target.openChat.agentId, issueKey: null, title: target.openChat.title }
  }
  if ('thread' in target) {
    return { kind: 'ISSUE', agentId: target.thread.agentId, issueKey: target.thread.issueKey, title: null }
  }
  return null
}

function newConversationId({ target }: ConversationWork): string {
  if ('openChat' in target) return target.openChat.conversationId
  if ('thread' in target) return target.thread.conversationId
  return 'conversationId' in target ? target.conversationId : ''
}

function tasksAfter(loaded: LoadedConversation, { newTasks, changedTasks }: Projection): ReadonlyMap<string, Task> {
  return new Map([...loaded.tasks, ...[...newTasks, ...changedTasks].map((task) => [task.id, task] as const)])
}

function conversationAfter(
  { conversation, now }: LoadedConversation,
  { workspaceId, conversationId, version }: { workspaceId: string; conversationId: string; version: number },
  opening: ConversationOpening | null,
  { state }: Projection,
  events: readonly NewEvent[],
  extras: Extras,
): ConversationRow | null {
  if (events.length === 0 && extras.conversation === undefined) return conversation
  const moved = { version: version + events.length, state, foldVersion: FOLD_VERSION, updatedAt: now }
  if (conversation !== null) {
    const { title = conversation.title, archivedAt = conversation.archivedAt } = extras.conversation ?? {}
    const erased = extras.erases === undefined ? {} : erasedBy(extras.erases, moved.version, now)
    const lastActivityAt = isActivity(events) ? now : conversation.lastActivityAt
    const sealedVersion = extras.unseals === true ? null : (extras.seals?.throughVersion ?? conversation.sealedVersion)
    return { ...conversation, ...moved, title, archivedAt, lastActivityAt, sealedVersion, ...erased }
  }
  if (opening === null) return null
  return {
    workspaceId,
    id: conversationId,
    ...opening,
    ...moved,
    archivedAt: null,
    erasedAt: null,
    erasedVersion: null,
    sealedVersion: null,
    createdAt: now,
    lastActivityAt: now,
  }
}
