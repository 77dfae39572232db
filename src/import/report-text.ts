import type { ImportedConversation, ImportSummary } from './import-summary.js'
import { commandOf } from './machines.js'
import type { SessionVerdict } from './translate/session-verdicts.js'

/** The report on one conversation, for people. */
export function conversationText(conversation: ImportedConversation): string {
  return linesOf(conversation).map(printable).join('\n')
}

/** A text without control characters: titles and reasons are the source's, and may contain escape sequences. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function linesOf(conversation: ImportedConversation): string[] {
  if (conversation.status === 'SKIPPED') return [`${conversation.source}: SKIPPED, ${conversation.why}.`]
  if (conversation.status === 'ALREADY') {
    const { source, conversationId, newerRows, changedRows } = conversation
    const newer = newerRows === 0 ? '' : `; ${newerRows} newer rows left out`
    const changed = changedRows === 0 ? '' : `; ${changedRows} rows have changed in the source since`
    return [`${source}: already here as ${conversationId}${newer}${changed}.`]
  }
  const { source, name, conversationId, tasks, messages, sessions, notes } = conversation
  return [
    `${source} (${name}) -> ${conversationId}: ${tasks} tasks, ${messages} messages, ${sessions.length} sessions.`,
    ...sessions.map(sessionText),
    ...notes.map((note) => `  note      ${note}`),
  ]
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
    `Events ${summary.events}, tasks ${summary.tasks} (queued ${summary.waitingTasks}, were running ${summary.abandonedTasks}), messages ${summary.messages}.`,
    `Sessions kept ${s.kept}, proven ${s.proven}, left unproven ${s.unproven}.`,
    `Left out: ${leftOut.withoutConversation} tasks without an issue or chat (${leftOut.waitingWithoutConversation} of them queued), ` +
      `${leftOut.elsewhere} of another workspace, ${leftOut.skippedTasks} of unknown status, ` +
      `${leftOut.skippedMessages} messages of unknown role, ${leftOut.newerRows} rows newer than their conversation's import; ${leftOut.changedRows} rows have changed in the source since.`,
    ...summary.notes.map((note) => `Note: ${note}.`),
  ]
  for (const machine of summary.machines) {
    lines.push(
      `To resume the ${machine.sessions} sessions of ${machine.daemonId} (${machine.providers.join(', ')}), run this on that machine, with a DAEMON token in BATON_TOKEN:`,
      `  ${commandOf(machine)}`,
    )
  }
  if (summary.unchanged) lines.push('Nothing was missing, so nothing changed.')
  return lines.map(printable).join('\n')
}
