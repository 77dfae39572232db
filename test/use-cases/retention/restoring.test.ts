import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/database/sql.js'
import { eraseConversationContent } from '../../../src/use-cases/erase-conversation-content.js'
import { restoreConversation } from '../../../src/use-cases/restore/restore-conversation.js'
import { rowsWith } from '../../support/rows-with.js'
import { valueOf, workspaceBeside } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'

import { DAY, sealingGround } from './sealing-ground.js'
import type { SealingGround } from './sealing-ground.js'

forEachDatabase((open) => {
  let database: Database
  let ground: SealingGround

  beforeAll(async () => {
    database = await open()
    ground = await sealingGround(database)
  })

  beforeEach(async () => {
    // What the test before left is sealed.
    ground.world.clock.pass(31 * DAY)
    await ground.retained()
  })

  describe('restoring a conversation', () => {
    it('restores all of its rows, once, and it is sealed again when it is due', async () => {
      const { id } = await ground.aTalk('Linden')
      const before = await ground.rowsOf(id)
      const words = await rowsWith(database, 'Linden')
      ground.world.clock.pass(31 * DAY)
      await ground.retained()
      expect(await rowsWith(database, 'Linden 1')).toEqual([])
      const { workspaceId } = ground.world.caller
      expect(await restoreConversation(ground.world.services, ground.archive, workspaceId, id)).toMatchObject({
        restored: true,
        tasks: 3,
      })
      expect(await ground.rowsOf(id)).toEqual({ ...before, events: (before['events'] ?? 0) + 2 })
      expect((await rowsWith(database, 'Linden')).length).toBe(words.length)
      expect(await restoreConversation(ground.world.services, ground.archive, workspaceId, id)).toMatchObject({
        restored: false,
      })
      expect(
        await ground.findings(null).then((all) => all.filter(({ conversationId }) => conversationId === id)),
      ).toEqual([])
      expect(await ground.findings()).toEqual([])
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 0 })
      ground.world.clock.pass(31 * DAY)
      expect(await ground.retained()).toMatchObject({ conversationsSealed: 1 })
      expect(await ground.findings()).toEqual([])
    })

    it('refuses an edited or missing file, and writes nothing', async () => {
      const { id, sealed } = await ground.aSealed()
      for (const part of ['events', 'texts'] as const) {
        const path = ground.archive.pathOf(sealed.file, part)
        const whole = readFileSync(path)
        writeFileSync(path, whole.subarray(0, whole.length - 9))
        await expect(
          restoreConversation(ground.world.services, ground.archive, ground.world.caller.workspaceId, id),
        ).rejects.toThrow(path)
        expect(await ground.rowsOf(id)).toMatchObject({ events: 1, tasks: 0 })
        writeFileSync(path, whole)
      }
      expect(await ground.findings()).toEqual([])
    })

    it('does not restore texts that were erased after the sealing, and deletes their file', async () => {
      const { id } = await ground.aSealed('Hemlock')
      valueOf(await eraseConversationContent(ground.world.services, ground.world.caller, { conversationId: id }))
      await ground.retained()
      expect(ground.filesOf(id).some((path) => path.includes('.texts.'))).toBe(false)
      expect(await ground.findings()).toEqual([])
      await restoreConversation(ground.world.services, ground.archive, ground.world.caller.workspaceId, id)
      expect(await rowsWith(database, 'Hemlock')).toEqual([])
      expect(await ground.rowsOf(id)).toMatchObject({ tasks: 3, messages: 5, contents: 0 })
      expect(await ground.findings()).toEqual([])
    })

    it('does not find a conversation of another workspace', async () => {
      const { id } = await ground.aSealed()
      const other = await workspaceBeside(ground.world)
      expect(
        await restoreConversation(ground.world.services, ground.archive, other.caller.workspaceId, id),
      ).toMatchObject({
        restored: false,
      })
      expect(await ground.tombstone(id)).toBeDefined()
    })
  })

  describe('texts of a sealed conversation', () => {
    it('have no file if they were erased before, and leave no other trace', async () => {
      const { world } = ground
      const { id } = await ground.aTalk('Hazel')
      const before = await ground.rowsOf(id)
      world.clock.pass(21 * DAY)
      await ground.retained({ textsDays: 20 })
      world.clock.pass(10 * DAY)
      expect(await ground.retained({ textsDays: 20 })).toMatchObject({ conversationsSealed: 1 })
      expect(ground.filesOf(id)).toEqual([expect.stringContaining('.events.') as string])
      expect(await ground.retained({ textsDays: 20 })).toMatchObject({ conversationsErased: 0 })
      expect(await ground.rowsOf(id)).toMatchObject({ events: 1 })
      expect(await ground.findings()).toEqual([])
      await restoreConversation(world.services, ground.archive, world.caller.workspaceId, id)
      expect(await ground.rowsOf(id)).toMatchObject({
        tasks: before['tasks'],
        messages: before['messages'],
        contents: 0,
      })
      expect(await ground.findings()).toEqual([])
    })

    it('are erased by age like others', async () => {
      const { id } = await ground.aSealed('Tamarind')
      ground.world.clock.pass(40 * DAY)
      expect(await ground.retained({ textsDays: 60 })).toMatchObject({
        conversationsErased: expect.any(Number) as number,
      })
      expect(ground.filesOf(id).some((path) => path.includes('.texts.'))).toBe(false)
      expect(await ground.findings()).toEqual([])
    })
  })
})
