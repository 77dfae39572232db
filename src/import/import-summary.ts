import type { Machine } from './machines.js'
import type { LeftOut } from './source/read-fleet.js'
import type { FleetPlan } from './target/plan-fleet.js'
import type { TargetWorkspace } from './target/target-workspace.js'
import type { ConversationReport } from './translate/conversation-report.js'

/** The outcome of one conversation of the source; in a dry run, the expected outcome. */
export type ImportedConversation =
  | ({ status: 'IMPORTED' } & ConversationReport)
  /**
   * Imported by an earlier run. Since then the source has `newerRows` new and `changedRows` changed rows, which are not
   * imported.
   */
  | { status: 'ALREADY'; source: string; conversationId: string; newerRows: number; changedRows: number }
  | { status: 'SKIPPED'; source: string; why: string }

export interface ImportSummary {
  dryRun: boolean
  /** The source's workspace. */
  slug: string
  workspace: { id: string; name: string; isNew: boolean }
  /** Nothing was missing. */
  unchanged: boolean
  runtimes: number
  agents: number
  conversations: { found: number; imported: number; already: number; skipped: number }
  events: number
  tasks: number
  waitingTasks: number
  abandonedTasks: number
  messages: number
  /** For the conversations that this run imported. */
  sessions: { kept: number; proven: number; unproven: number }
  leftOut: LeftOut & { skippedTasks: number; skippedMessages: number; newerRows: number; changedRows: number }
  notes: string[]
  /** The machines with sessions that can be resumed. */
  machines: Machine[]
}

export function emptySummary({
  dryRun,
  slug,
  target,
  plan,
}: {
  dryRun: boolean
  slug: string
  target: TargetWorkspace
  plan: FleetPlan
}): ImportSummary {
  const { id, name, isNew } = target
  return {
    dryRun,
    slug,
    workspace: { id, name, isNew },
    unchanged: !isNew && plan.ids.length === 0,
    runtimes: plan.runtimes.length,
    agents: plan.agents.length,
    conversations: { found: 0, imported: 0, already: 0, skipped: 0 },
    events: 0,
    tasks: 0,
    waitingTasks: 0,
    abandonedTasks: 0,
    messages: 0,
    sessions: { kept: 0, proven: 0, unproven: 0 },
    leftOut: {
      withoutConversation: 0,
      waitingWithoutConversation: 0,
      elsewhere: 0,
      skippedTasks: 0,
      skippedMessages: 0,
      newerRows: 0,
      changedRows: 0,
    },
    notes: plan.notes,
    machines: [],
  }
}

/** Adds one more conversation. */
export function takeIn(summary: ImportSummary, conversation: ImportedConversation): void {
  const { conversations, sessions, leftOut } = summary
  conversations.found += 1
  if (conversation.status === 'ALREADY') {
    conversations.already += 1
    leftOut.newerRows += conversation.newerRows
    leftOut.changedRows += conversation.changedRows
    return
  }
  if (conversation.status === 'SKIPPED') {
    conversations.skipped += 1
    return
  }
  summary.unchanged = false
  conversations.imported += 1
  summary.events += conversation.events
  summary.tasks += conversation.tasks
  summary.waitingTasks += conversation.waitingTasks
  summary.abandonedTasks += conversation.abandonedTasks
  summary.messages += conversation.messages
  leftOut.skippedTasks += conversation.skippedTasks
  leftOut.skippedMessages += conversation.skippedMessages
  for (const { verdict } of conversation.sessions) {
    if (verdict === 'KEPT') sessions.kept += 1
    else if (verdict === 'PROVEN') sessions.proven += 1
    else sessions.unproven += 1
  }
}
