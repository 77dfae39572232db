import { performance } from 'node:perf_hooks'
import type { Finding, Tally } from '../event-log/verify/finding.js'
import { verifyLog } from '../event-log/verify/verify-log.js'
import { runCommand } from './run-command.js'

/** Findings written out one by one; the rest is only counted. */
const SHOWN = 100

/**
 * `npm run verify [-- --json]`: proves the whole log. Exit status 0: every promise holds; 1: one is broken (each finding
 * says where, what was expected and what was found), or the database could not be read.
 */
await runCommand(async ({ database, terminal, flags }) => {
  const json = flags.has('json')
  const findings: Finding[] = []
  const started = performance.now()
  const tally = await verifyLog(database, {
    report(finding) {
      findings.push(finding)
      if (!json && findings.length <= SHOWN) terminal.line(sentence(finding))
    },
    progress: ({ events, conversations }) =>
      terminal.progress(`${events} events of ${conversations} conversations read`),
  })
  const seconds = (performance.now() - started) / 1000
  terminal.clear()
  const eventsPerSecond = Math.round(tally.events / seconds)
  terminal.line(
    json
      ? JSON.stringify({ ok: findings.length === 0, ...tally, eventsPerSecond, findings })
      : summary(tally, findings),
  )
  return findings.length === 0 ? 0 : 1
})

function sentence(finding: Finding): string {
  const { kind, workspaceId, conversationId, position, version, taskId, expected, found } = finding
  const place = [
    `workspace ${workspaceId}`,
    ...(conversationId === null ? [] : [`conversation ${conversationId}`]),
    ...(position === null ? [] : [`position ${position}`]),
    ...(version === null ? [] : [`version ${version}`]),
    ...(taskId === null ? [] : [`task ${taskId}`]),
  ]
  return `${kind} in ${place.join(', ')}\n  expected: ${expected}\n  found:    ${found}`
}

function summary(tally: Tally, findings: readonly Finding[]): string {
  const { events, conversations, workspaces, tasks, decisionsRecomputed, claimsWithoutDecision } = tally
  const lines = [
    `${events} events of ${conversations} conversations in ${workspaces} workspaces, ${tasks} tasks.`,
    `Claims examined ${tally.claims}, cross-runtime resumes ${tally.crossRuntimeResumes}.`,
    `Decisions recomputed ${decisionsRecomputed}, resumes ${tally.resumes}, claims imported without one ${claimsWithoutDecision}.`,
  ]
  if (tally.unknownEvents > 0)
    lines.push(`Events of unknown types ${tally.unknownEvents}: resume decisions after them fail closed.`)
  if (tally.statesToRefold > 0)
    lines.push(`States of another fold version ${tally.statesToRefold}: folded anew when next used.`)
  if (findings.length > SHOWN) lines.push(`${findings.length - SHOWN} more findings are not shown; --json has all.`)
  lines.push(findings.length === 0 ? 'Every promise holds.' : `BROKEN: ${findings.length} findings.`)
  return lines.join('\n')
}
