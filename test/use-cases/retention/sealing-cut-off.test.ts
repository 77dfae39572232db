import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Database, Statement } from '../../../src/database/sql.js'
import { ArchiveDirectory } from '../../../src/event-log/sealed/archive-directory.js'
import type { ArchivePart } from '../../../src/event-log/sealed/archive-directory.js'
import { readSealed } from '../../../src/event-log/sealed/sealed-stream.js'
import type { Agent, Runtime } from '../../../src/generated/prisma/client.js'
import { createChatSession } from '../../../src/use-cases/create-chat-session.js'
import { retain } from '../../../src/use-cases/retention/retain.js'
import { restoreConversation } from '../../../src/use-cases/restore/restore-conversation.js'
import type { Services } from '../../../src/use-cases/services/services.js'
import { anAgent, aRuntime, complete, run, say } from '../../support/daemon-steps.js'
import { archivedIn } from '../../support/proven-at-close.js'
import { makeWorld, valueOf } from '../../support/services.js'
import type { World } from '../../support/services.js'
import { forEachDatabase } from '../../support/test-database.js'
import { findingsOf } from './findings-of.js'

const DAY = 86_400
const KEEP = { progressDays: 0, textsDays: 0, conversationsDays: 30 }
const directory = mkdtempSync(join(tmpdir(), 'baton-archive-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

/** Dies before its n-th step, and does nothing more. */
class Mortal {
  constructor(private left: number) {}

  step(): void {
    this.left -= 1
    if (this.left < 0) throw new Error('The server was killed.')
  }

  services({ archive: _, ...services }: Services, archive: ArchiveDirectory): Services {
    const sql = {
      rows: <Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> => {
        this.step()
        return services.database.sql.rows<Row>(statement, values)
      },
    }
    const { conversations } = services
    return {
      ...services,
      archive,
      database: Object.create(services.database, { sql: { value: sql } }) as Database,
      conversations: Object.create(conversations, {
        submit: {
          value: (work: Parameters<typeof conversations.submit>[0]) => {
            this.step()
            return conversations.submit(work)
          },
        },
      }) as typeof conversations,
    }
  }
}

class MortalArchive extends ArchiveDirectory {
  constructor(
    path: string,
    private readonly mortal: Mortal,
  ) {
    super(path)
  }

  override async write(file: string, part: ArchivePart, lines: AsyncIterable<string>): Promise<string> {
    this.mortal.step()
    return super.write(file, part, lines)
  }

  override async remove(file: string, part: ArchivePart): Promise<void> {
    this.mortal.step()
    return super.remove(file, part)
  }

  override async removeOthers(file: string): Promise<void> {
    this.mortal.step()
    return super.removeOthers(file)
  }
}

forEachDatabase((open) => {
  let database: Database
  let world: World
  let runtime: Runtime
  let agent: Agent
  let archive: ArchiveDirectory

  beforeAll(async () => {
    database = await open()
    archive = new ArchiveDirectory(mkdtempSync(join(directory, 'archive-')))
    archivedIn(database, archive)
    const made = await makeWorld(database)
    world = { ...made, services: { ...made.services, archive } }
    agent = await anAgent(world, (runtime = await aRuntime(world)), { maxConcurrentTasks: 9 })
  })

  const retained = (services = world.services) => retain(services, KEEP, new AbortController().signal)
  const sealedOf = async (id: string) => (await readSealed(database.sql, world.caller.workspaceId, [id])).get(id)
  const filesOf = (id: string) =>
    readdirSync(archive.path, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes(id))

  async function aTalk(): Promise<{ id: string }> {
    const opened = await createChatSession(world.services, world.caller, { agentId: agent.id })
    const { id } = valueOf(opened).conversation
    await say(world, { id }, { content: 'Well?' })
    await complete(world, await run(world, runtime), { output: 'Well.', sessionId: `session-${id}` })
    return { id }
  }

  it('a sealing that is cut off before any step ends with the same result', { timeout: 300_000 }, async () => {
    const { id } = await aTalk()
    let steps = 0
    for (let lives = 0, isDone = false; !isDone; lives++) {
      world.clock.pass(31 * DAY)
      const mortal = new Mortal(lives)
      const services = mortal.services(world.services, new MortalArchive(archive.path, mortal))
      isDone = await retained(services).then(
        () => true,
        () => false,
      )
      steps = lives
      expect(await findingsOf(database, archive)).toEqual([])
      await retained()
      expect(await sealedOf(id)).toMatchObject({ clearedAt: world.clock.now() })
      expect(filesOf(id)).toHaveLength(2)
      expect(await findingsOf(database, archive)).toEqual([])
      // The next time, with an earlier file.
      await say(world, { id }, { content: 'And?' })
      await complete(world, await run(world, runtime), {})
    }
    expect(steps).toBeGreaterThan(5)
  })

  it('a begun sealing is finished, even by a server that seals nothing more', async () => {
    const { id } = await aTalk()
    world.clock.pass(31 * DAY)
    for (let lives = 0; (await sealedOf(id)) === undefined; lives++) {
      const mortal = new Mortal(lives)
      const dying = mortal.services(world.services, new MortalArchive(archive.path, mortal))
      await retained(dying).catch(() => undefined)
    }
    expect(await sealedOf(id)).toMatchObject({ clearedAt: null })
    const keep = { ...KEEP, conversationsDays: 0 }
    const { eventsCleared } = await retain(world.services, keep, new AbortController().signal)
    expect(eventsCleared).toBeGreaterThan(0)
    expect(await sealedOf(id)).toMatchObject({ clearedAt: world.clock.now() })
    expect(await findingsOf(database, archive)).toEqual([])
  })

  it('a restore that is cut off before any step ends with the same result', { timeout: 300_000 }, async () => {
    const { id } = await aTalk()
    let steps = 0
    for (let lives = 0, isDone = false; !isDone; lives++) {
      world.clock.pass(31 * DAY)
      await retained()
      const mortal = new Mortal(lives)
      const dying = new MortalArchive(archive.path, mortal)
      const { workspaceId } = world.caller
      isDone = await restoreConversation(mortal.services(world.services, dying), dying, workspaceId, id).then(
        () => true,
        () => false,
      )
      steps = lives
      expect(await findingsOf(database, archive)).toEqual([])
      await restoreConversation(world.services, archive, workspaceId, id)
      expect(await sealedOf(id)).toBeUndefined()
      expect(await findingsOf(database, archive)).toEqual([])
    }
    expect(steps).toBeGreaterThan(5)
  })

  it('a server that is overtaken while it writes the files reports no failure', async () => {
    const { id } = await aTalk()
    world.clock.pass(31 * DAY)
    const overtaken = new (class extends ArchiveDirectory {
      override write(file: string, part: ArchivePart, lines: AsyncIterable<string>): Promise<string> {
        return super.write(file, part, part === 'texts' && file.includes(id) ? overtakenWithin(lines) : lines)
      }
    })(archive.path)
    async function* overtakenWithin(lines: AsyncIterable<string>): AsyncGenerator<string> {
      await retained()
      yield* lines
    }
    await retained({ ...world.services, archive: overtaken })
    expect(await findingsOf(database, archive)).toEqual([])
    expect(filesOf(id)).toHaveLength(2)
  })

  it('a message during the sealing of its chat gets its turn, in either order', { timeout: 300_000 }, async () => {
    const others = Array.from({ length: 3 }, () => ({
      ...world.services,
      archive: new ArchiveDirectory(archive.path),
    }))
    for (let round = 0; round < 6; round++) {
      const { id } = await aTalk()
      world.clock.pass(31 * DAY)
      const turn = async () => {
        await new Promise((resolve) => setTimeout(resolve, round * 15))
        return say(world, { id }, { content: 'Still there?' })
      }
      const [task] = await Promise.all([turn(), ...others.map((services) => retained(services))])
      expect(await findingsOf(database, archive)).toEqual([])
      const held = await run(world, runtime)
      expect(held).toMatchObject({
        task: { id: task.id },
        decision: { outcome: 'RESUME', sessionId: `session-${id}` },
      })
      await complete(world, held, {})
      await retained()
      expect(await findingsOf(database, archive)).toEqual([])
      expect(filesOf(id).length).toBeLessThanOrEqual(2)
    }
  })
})
