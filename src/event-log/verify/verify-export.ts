import { readLine } from '../export/export-line.js'
import type { ExportHeader } from '../export/export-line.js'
import type { Finding, Tally } from './finding.js'
import { emptyTally } from './finding.js'
import { atEnd, verifyHead } from './verify-rows.js'
import { StreamProof } from './verify-stream.js'

/** The file was not written by `baton export`, so nothing in it can be proven. */
export class NotAnExport extends Error {
  constructor(problem: string) {
    super(`This is not an exported conversation. Line 1: ${problem}. Write one with baton export.`)
    this.name = 'NotAnExport'
  }
}

interface Options {
  report: (finding: Finding) => void
  progress?: (tally: Readonly<Tally>) => void
}

interface OpenStream {
  header: ExportHeader
  proof: StreamProof
}

/** Lines between two progress reports. */
const OFTEN = 5_000

/**
 * Proves an exported file without a database, from each stream and its header. It leaves out the checks that need other
 * rows or other conversations: positions without holes, the agents' capacity, the rows of tasks.
 *
 * @throws NotAnExport
 */
export async function verifyExport(lines: AsyncIterable<string>, { report, progress }: Options): Promise<Tally> {
  const tally = emptyTally()
  const workspaces = new Set<string>()
  let open: OpenStream | null = null
  let number = 0
  for await (const text of lines) {
    number += 1
    const line = readLine(text)
    if ('header' in line) {
      if (open !== null) close(open, report, tally)
      const { workspaceId, conversationId } = line.header
      tally.workspaces = workspaces.add(workspaceId).size
      tally.conversations += 1
      open = { header: line.header, proof: new StreamProof(workspaceId, conversationId, report, tally) }
    } else if (open === null) {
      throw new NotAnExport('problem' in line ? line.problem : 'an event, and no header before it')
    } else if ('problem' in line) {
      report(atEnd(open.proof, 'MALFORMED', null, `an event on line ${number}`, line.problem))
    } else {
      const { workspaceId, conversationId } = open.header
      open.proof.take({ workspaceId, conversationId, ...line.event })
    }
    if (number % OFTEN === 0) progress?.(tally)
  }
  if (open === null) throw new NotAnExport('the file is empty')
  close(open, report, tally)
  return tally
}

function close({ header, proof }: OpenStream, report: Options['report'], tally: Tally): void {
  tally.tasks += proof.tasks.size
  verifyHead(header, proof, (...said) => report(atEnd(proof, ...said)), tally)
}
