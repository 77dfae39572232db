import { afterEach, beforeAll, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import type { Finding } from '../../../src/event-log/verify/finding.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { livedIn } from '../../support/lived-in.js'
import type { LivedIn } from '../../support/lived-in.js'
import { makeWorld } from '../../support/services.js'
import { Tamperer } from '../../support/tampering.js'
import { forEachDatabase } from '../../support/test-database.js'

/** Every column of the listing, with something else that may stand there. */
const LISTED = {
  kind: `CASE kind WHEN 'CHAT' THEN 'ISSUE' ELSE 'CHAT' END`,
  agentId: `'agt_other'`,
  archived: 'NOT archived',
  title: `'Another title'`,
  newestTaskId: `'task_other'`,
  newestTaskStatus: `CASE "newestTaskStatus" WHEN 'OPEN' THEN 'FAILED' ELSE 'OPEN' END`,
  lastReason: `'TOO_OLD'`,
  createdAt: `"createdAt" + interval '1 ms'`,
  lastActivityAt: `"lastActivityAt" - interval '1 ms'`,
}

forEachDatabase((open) => {
  let database: Database
  let ground: LivedIn
  let tamperer: Tamperer

  beforeAll(async () => {
    database = await open()
    ground = await livedIn(await makeWorld(database))
    tamperer = await Tamperer.of(database)
  })
  afterEach(() => tamperer.restore())

  async function findings(): Promise<Finding[]> {
    const found: Finding[] = []
    await verifyLog(database, { report: (one) => found.push(one) })
    return found
  }

  const listed = () => [ground.chat.id, ground.running.conversationId]

  it('this test covers every column of a conversation’s row in the listing', async () => {
    const rows = await tamperer.run<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'conversation_listing'`,
    )
    const keys = ['workspaceId', 'conversationId']
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...Object.keys(LISTED), ...keys].toSorted())
  })

  it.each(Object.entries(LISTED))('a changed %s is found, of a chat and of an issue', async (column, other) => {
    for (const id of listed()) {
      await tamperer.run(`UPDATE conversation_listing SET "${column}" = ${other} WHERE "conversationId" = $1`, [id])
      const [finding, ...others] = await findings()
      expect(others).toEqual([])
      expect(finding).toMatchObject({ kind: 'LISTING_ROW', conversationId: id })
      expect(Object.keys(JSON.parse(finding?.expected ?? '') as object)).toEqual([column])
      expect(finding?.found).not.toBe(finding?.expected)
      await tamperer.restore()
    }
  })

  it('a conversation without its row in the listing is found', async () => {
    await tamperer.run('DELETE FROM conversation_listing WHERE "conversationId" = $1', [ground.chat.id])
    expect(await findings()).toMatchObject([
      { kind: 'LISTING_ROW', conversationId: ground.chat.id, expected: 'a row in the listing', found: 'none' },
    ])
  })

  it('a row in the listing without a conversation is found', async () => {
    await tamperer.run(
      `INSERT INTO conversation_listing SELECT (jsonb_populate_record(l, '{"conversationId": "chat_forged"}')).*
       FROM conversation_listing l WHERE "conversationId" = $1`,
      [ground.chat.id],
    )
    expect(await findings()).toMatchObject([{ kind: 'LISTING_ROW', conversationId: 'chat_forged' }])
  })
})
