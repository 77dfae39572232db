import { beforeAll, describe, expect, it } from 'vitest'
import { exportLog } from '../../../src/event-log/export/export-log.js'
import { readStream } from '../../../src/event-log/read-stream.js'
import type { Finding, Tally } from '../../../src/event-log/verify/finding.js'
import { NotAnExport, verifyExport } from '../../../src/event-log/verify/verify-export.js'
import { chainDigest, NO_DIGEST } from '../../../src/event-log/digest.js'
import type { Database } from '../../../src/database/sql.js'
import { livedIn } from '../../support/lived-in.js'
import type { LivedIn } from '../../support/lived-in.js'
import { makeWorld } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

interface Line extends Record<string, unknown> {
  type: string
  version: number
  position: string
  data: Record<string, unknown>
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

async function prove(lines: readonly string[]): Promise<{ tally: Tally; findings: Finding[]; kinds: Set<string> }> {
  const findings: Finding[] = []
  const tally = await verifyExport(each(lines), { report: (finding) => findings.push(finding) })
  return { tally, findings, kinds: new Set(findings.map(({ kind }) => kind)) }
}

const parse = (line: string | undefined): Line => JSON.parse(line ?? '') as Line

/** The file with digests, and the header, that fit what the lines say now. */
function redigested([header = '', ...events]: readonly string[]): string[] {
  let digest = NO_DIGEST
  const chained = events.map((text) => {
    const event = parse(text) as unknown as Parameters<typeof chainDigest>[1]
    digest = chainDigest(digest, { ...event, occurredAt: new Date(event.occurredAt) })
    return JSON.stringify({ ...event, digest })
  })
  return [JSON.stringify({ ...parse(header), digest }), ...chained]
}

forEachDatabase((open) => {
  let database: Database
  let ground: LivedIn
  let file: string[]

  async function exported(conversationId: string | null): Promise<string[]> {
    const lines: string[] = []
    await exportLog(database, conversationId, (line) => void lines.push(line))
    return lines
  }

  beforeAll(async () => {
    database = await open()
    ground = await livedIn(await makeWorld(database))
    file = await exported(ground.chat.id)
  })

  const indexOf = (type: string, from = 0): number => file.findIndex((line, n) => n > from && parse(line).type === type)

  function edited(index: number, edit: (line: Line) => object): string[] {
    return file.map((line, n) => (n === index ? JSON.stringify(edit(parse(line))) : line))
  }

  describe('an exported conversation', () => {
    it('is a header and its events as stored', async () => {
      const { workspaceId } = ground.world.caller
      const stored = await readStream(database.sql, workspaceId, ground.chat.id)
      expect(parse(file[0])).toMatchObject({
        format: 'baton-conversation',
        formatVersion: 1,
        workspaceId,
        conversationId: ground.chat.id,
        kind: 'CHAT',
        agentId: ground.agent.id,
        version: stored.length,
        digest: stored.at(-1)?.digest,
      })
      const events = JSON.parse(JSON.stringify(stored)) as Line[]
      expect(file.slice(1).map((line) => ({ workspaceId, conversationId: ground.chat.id, ...parse(line) }))).toEqual(
        events,
      )
    })

    it('is proven without the database, with the summary', async () => {
      const { tally, findings } = await prove(file)
      expect(findings).toEqual([])
      expect(tally).toMatchObject({
        workspaces: 1,
        conversations: 1,
        events: file.length - 1,
        claims: 6,
        decisionsRecomputed: 6,
        resumes: 3,
        crossRuntimeResumes: 0,
      })
      expect(tally.tasks).toBeGreaterThan(5)
    })

    it('is empty if the conversation does not exist', async () => {
      expect(await exported('chat_01h2xcejqtf2nbrexx3vqjhp41')).toEqual([])
    })

    it('contains no prompt, message or output', () => {
      expect(file.join('\n')).not.toMatch(/Hello|Done\./)
    })

    it('is one of several if all are exported', async () => {
      const all = await exported(null)
      expect(all.length).toBeGreaterThan(file.length)
      expect(all).toEqual(expect.arrayContaining(file))
      const { tally, findings } = await prove(all)
      expect(findings).toEqual([])
      expect(tally).toMatchObject({ workspaces: 1, conversations: 2, claims: 8 })
    })
  })

  describe('damage in the file is found', () => {
    it('where a payload was edited', async () => {
      const at = indexOf('TASK_ENQUEUED')
      const { findings } = await prove(edited(at, (line) => ({ ...line, data: { ...line.data, priority: 99 } })))
      const { version, position } = parse(file[at])
      expect(findings).toMatchObject([{ kind: 'DIGEST', version, position, conversationId: ground.chat.id }])
    })

    it.each(['actor', 'occurredAt', 'runtimeId', 'taskId', 'id'])('where %s was edited', async (field) => {
      const other = field === 'occurredAt' ? '2020-01-01T00:00:00.000Z' : 'other'
      const { kinds } = await prove(edited(indexOf('TASK_COMPLETED'), (line) => ({ ...line, [field]: other })))
      expect(kinds).toContain('DIGEST')
    })

    it('where a line was removed', async () => {
      const at = indexOf('TASK_STARTED')
      const { kinds, findings } = await prove(file.toSpliced(at, 1))
      expect(kinds).toEqual(new Set(['VERSION_HOLE', 'DIGEST', 'TASK_HISTORY', 'TWO_ACTIVE_TASKS']))
      expect(findings[0]).toMatchObject({ kind: 'VERSION_HOLE', expected: `version ${at}`, found: `version ${at + 1}` })
    })

    it('where a line was removed and all later lines were adapted', async () => {
      const at = indexOf('TASK_STARTED')
      const shorter = file.toSpliced(at, 1).map((line, n) => {
        return n < at ? line : JSON.stringify({ ...parse(line), version: n })
      })
      const { kinds } = await prove(redigested(shorter))
      expect(kinds).toContain('TASK_HISTORY')
      expect(kinds).toContain('STORED_VERSION')
    })

    it('where two lines were swapped', async () => {
      const at = indexOf('TASK_STARTED')
      const swapped = file.with(at, file[at + 1] ?? '').with(at + 1, file[at] ?? '')
      expect((await prove(swapped)).kinds).toEqual(new Set(['VERSION_HOLE', 'POSITION_ORDER', 'DIGEST']))
    })

    it('where positions do not ascend', async () => {
      const at = indexOf('TASK_STARTED')
      const { kinds } = await prove(edited(at, (line) => ({ ...line, position: '1' })))
      expect(kinds).toEqual(new Set(['POSITION_ORDER']))
    })

    it('where a decision was forged, even with correct digests', async () => {
      const at = indexOf('TASK_CLAIMED', indexOf('TASK_CLAIMED'))
      const decision = parse(file[at]).data['decision'] as object
      const forge = (other: object): string[] =>
        redigested(edited(at, (line) => ({ ...line, data: { ...line.data, decision: { ...decision, ...other } } })))
      const fresh = await prove(forge({ outcome: 'FRESH', reason: 'NO_PRIOR_SESSION', sessionId: null }))
      expect(fresh.findings[0]).toMatchObject({ kind: 'DECISION', position: parse(file[at]).position })
      const foreign = await prove(forge({ sessionId: 'session-of-another' }))
      expect(foreign.kinds).toContain('CROSS_RUNTIME_RESUME')
      expect(foreign.tally.crossRuntimeResumes).toBe(1)
    })

    it('where the header’s state differs from the fold of the events', async () => {
      const { kinds } = await prove(edited(0, (header) => ({ ...header, state: { version: 1 } })))
      expect(kinds).toEqual(new Set(['STORED_STATE']))
    })

    it('where the file was cut off between two lines or within one', async () => {
      const between = await prove(file.slice(0, -3))
      expect(between.kinds).toEqual(new Set(['STORED_VERSION', 'DIGEST', 'STORED_STATE']))
      const within = await prove(file.with(-1, (file.at(-1) ?? '').slice(0, 40)))
      expect(within.findings[0]).toMatchObject({ kind: 'MALFORMED', found: 'not JSON' })
      expect(within.findings[0]?.expected).toBe(`an event on line ${file.length}`)
      expect(within.kinds).toContain('STORED_VERSION')
    })

    it.each([
      ['is not an event', '{}', /position: /],
      ['has a field too many', null, /nonsense/],
      ['is empty', '', /not JSON/],
    ])('where a line %s', async (_, text, problem) => {
      const at = indexOf('TASK_STARTED')
      const line = text ?? JSON.stringify({ ...parse(file[at]), nonsense: 1 })
      const { findings } = await prove(file.with(at, line))
      expect(findings[0]).toMatchObject({ kind: 'MALFORMED', expected: `an event on line ${at + 1}` })
      expect(findings[0]?.found).toMatch(problem)
    })
  })

  it.each([
    ['is no JSON', ['Dear diary,'], /Line 1: not JSON/],
    ['is empty', [], /the file is empty/],
    ['has no header', null, /an event, and no header/],
    ['is of a later format', ['{"format":"baton-conversation","formatVersion":2}'], /format version 1/],
  ])('a file that %s is reported as not a Baton export', async (_, lines, problem) => {
    const proof = prove(lines ?? file.slice(1))
    await expect(proof).rejects.toThrow(NotAnExport)
    await expect(proof).rejects.toThrow(problem)
  })
})
