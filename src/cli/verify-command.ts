import { performance } from 'node:perf_hooks'
import { ArchiveDirectory, readCompressed } from '../event-log/sealed/archive-directory.js'
import type { Finding, Tally } from '../event-log/verify/finding.js'
import { verifyExport } from '../event-log/verify/verify-export.js'
import { verifyLog } from '../event-log/verify/verify-log.js'
import type { Database } from '../database/sql.js'
import type { Command, CommandAlone, Terminal } from './run-command.js'

/** The number of findings that are printed. The rest is only counted. */
const SHOWN = 100
/** The number of findings with --json, to bound the memory. */
const SHOWN_AS_JSON = 10_000

/**
 * `baton verify [--json]`: proves the whole log. Exit status 0: every promise holds; 1: there are findings, each with
 * its place and the expected and found values, or the database could not be read.
 */
export function verifyCommand({ database, archive, ...context }: Command): Promise<number> {
  return prove(context, (report, progress) => verifyLog(database, { archive, report, progress }))
}

/** `baton verify --file FILE [--json]`: proves an exported file, compressed or not, without a database. */
export function verifyFileCommand(context: CommandAlone): Promise<number> {
  const file = context.flags.get('file') ?? ''
  if (file === '') throw new Error('--file takes the path of a file that baton export wrote.')
  return prove(context, (report, progress) => {
    return verifyExport(readCompressed(file), { report, progress })
  })
}

/** Runs {@link verifyCommand} within another command. With `json`, the report is returned instead of printed. */
export async function verifyWithin(
  database: Database,
  archiveDirectory: string | null,
  terminal: Terminal,
  json: boolean,
): Promise<{ status: number; verified: unknown }> {
  let said = 'null'
  const told: Terminal = json ? { ...terminal, line: (text) => (said = text) } : terminal
  const archive = archiveDirectory === null ? null : new ArchiveDirectory(archiveDirectory)
  const flags = new Map(json ? [['json', '']] : [])
  const status = await verifyCommand({ database, archive, terminal: told, flags })
  return { status, verified: JSON.parse(said) as unknown }
}

type Proof = (report: (finding: Finding) => void, progress: (tally: Readonly<Tally>) => void) => Promise<Tally>

async function prove({ terminal, flags }: CommandAlone, proof: Proof): Promise<number> {
  const json = flags.has('json')
  const kept: Finding[] = []
  let findings = 0
  const report = (finding: Finding): void => {
    findings += 1
    if (json && kept.length < SHOWN_AS_JSON) kept.push(finding)
    if (!json && findings <= SHOWN) terminal.line(sentence(finding))
  }
  const started = performance.now()
  const tally = await proof(report, ({ events, conversations }) =>
    terminal.progress(`${events} events of ${conversations} conversations read`),
  )
  const seconds = (performance.now() - started) / 1000
  const eventsPerSecond = Math.round(tally.events / seconds)
  terminal.clear()
  terminal.line(
    json
      ? JSON.stringify({ ok: findings === 0, ...tally, eventsPerSecond, findingsFound: findings, findings: kept })
      : summary(tally, findings, eventsPerSecond),
  )
  return findings === 0 ? 0 : 1
}

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

function summary(tally: Tally, findings: number, eventsPerSecond: number): string {
  const { events, conversations, workspaces, tasks, decisionsRecomputed, claimsWithoutDecision } = tally
  const { claimsNotJudged, claimsFailedClosed, unknownEvents, statesToRefold } = tally
  const lines = [
    `Events ${events}, conversations ${conversations}, workspaces ${workspaces}, tasks ${tasks}; ${eventsPerSecond} events/s.`,
    `Claims examined ${tally.claims}, cross-runtime resumes ${tally.crossRuntimeResumes}.`,
    `Decisions recomputed ${decisionsRecomputed}, resumes ${tally.resumes}, claims imported without one ${claimsWithoutDecision}.`,
  ]
  if (unknownEvents > 0)
    lines.push(`Events of unknown types ${unknownEvents}: resume decisions after them fail closed.`)
  if (claimsNotJudged > 0)
    lines.push(`Claims that only a newer version can judge ${claimsNotJudged}: they follow events of unknown types.`)
  if (claimsFailedClosed > 0)
    lines.push(`Claims that failed closed ${claimsFailedClosed}: an older version met events that it did not know.`)
  if (statesToRefold > 0) lines.push(`States of another fold version ${statesToRefold}: folded again when next used.`)
  if (findings > SHOWN) lines.push(`${findings - SHOWN} more findings are not shown; --json has them.`)
  lines.push(findings === 0 ? 'Every promise holds.' : `BROKEN: ${findings} findings.`)
  return lines.join('\n')
}
