import type { ImportedConversation, ImportSummary } from './import-summary.js'
import type { SessionVerdict } from './translate/session-verdicts.js'

/** One conversation's part of the report, for people. */
export function conversationText(conversation: ImportedConversation): string {
  if (conversation.status === 'SKIPPED') return `${conversation.source}: SKIPPED, ${conversation.why}.`
  if (conversation.status === 'ALREADY') {
    const { source, conversationId, newerRows } = conversation
    return `${source}: already here as ${conversationId}${newerRows === 0 ? '' : `; ${newerRows} newer rows left out`}.`
  }
  const { source, name, conversationId, tasks, messages, sessions, notes } = conversation
  return [
    `${source} (${name}) -> ${conversationId}: ${tasks} tasks, ${messages} messages, ${sessions.length} sessions.`,
    ...sessions.map(sessionText),
    ...notes.map((note) => `  note      ${note}`),
  ].join('\n')
}

function sessionText({ sessionId, verdict, why, state, runtimeId, isPointer }: SessionVerdict): string {
  const place = runtimeId === null ? state : `${state} on ${runtimeId}`
  return `  ${verdict.toLowerCase().padEnd(9)} ${sessionId}: ${place}${isPointer ? ', the next to be resumed' : ''} (${why})`
}

export function summaryText(summary: ImportSummary): string {
  const { dryRun, slug, workspace, conversations: c, sessions: s, leftOut } = summary
  const { id, name, isNew } = workspace
  const place = isNew ? `a new workspace${dryRun ? '' : ` ${id}`}` : `workspace ${id}`
  const lines = [
    `${dryRun ? 'Dry run, nothing written: w' : 'W'}orkspace ${slug} into ${place} (${name}).`,
    `Runtimes ${summary.runtimes}, agents ${summary.agents}.`,
    `Conversations ${c.found}: imported ${c.imported}, already here ${c.already}, skipped ${c.skipped}.`,
    `Events ${summary.events}, tasks ${summary.tasks} (waiting ${summary.waitingTasks}, were under way ${summary.abandonedTasks}), messages ${summary.messages}.`,
    `Sessions kept ${s.kept}, proven ${s.proven}, left unproven ${s.unproven}.`,
    `Left out: ${leftOut.withoutConversation} tasks without issue or chat (${leftOut.waitingWithoutConversation} of them waiting), ` +
      `${leftOut.elsewhere} of another workspace's, ${leftOut.skippedTasks} of unknown status, ` +
      `${leftOut.skippedMessages} messages of unknown role, ${leftOut.newerRows} rows newer than their conversation's import.`,
    ...summary.notes.map((note) => `Note: ${note}.`),
  ]
  if (summary.unchanged) lines.push('Nothing was missing: nothing changed.')
  return lines.join('\n')
}
