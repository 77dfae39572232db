import { newId } from '../../src/database/ids.js'
import type { Clock } from '../../src/database/clock.js'
import { openPostgres } from '../../src/database/postgres.js'
import type { Database } from '../../src/database/sql.js'
import { sqlState } from '../../src/database/sql.js'
import type { Workspace } from '../../src/generated/prisma/client.js'
import type { Caller, TokenKind } from '../../src/use-cases/calls/caller.js'
import { insertWorkspace } from '../../src/use-cases/create-workspace.js'
import type { Outcome, Refusal } from '../../src/use-cases/calls/outcome.js'
import type { Services, Timers } from '../../src/use-cases/services/services.js'
import { buildServices } from '../../src/use-cases/services/build-services.js'

/** Seconds, as a server has them by default, but for the queue's time to live. */
export const TIMERS: Timers = {
  claimLease: 60,
  runLease: 300,
  heartbeat: 15,
  runtimeOffline: 60,
  queueTtl: 0,
  sweep: 1,
}

/** A clock that stands still until a test moves it. */
export class SettableClock implements Clock {
  private time = Date.parse('2026-01-05T08:00:00.000Z')

  now(): Date {
    return new Date(this.time)
  }

  pass(seconds: number): void {
    this.time += seconds * 1000
  }
}

/** One workspace, an admin of it, and a server to ask. */
export interface World {
  services: Services
  clock: SettableClock
  caller: Caller
}

/** What one server process is made of. */
export function servicesOver(database: Database, clock: Clock, timers: Partial<Timers> = {}): Services {
  return buildServices(database, clock, { ...TIMERS, ...timers })
}

export async function makeWorld(database: Database, timers: Partial<Timers> = {}): Promise<World> {
  const clock = new SettableClock()
  const services = servicesOver(database, clock, timers)
  const workspace = await makeWorkspace(services)
  return { services, clock, caller: callerIn(workspace.id) }
}

export function makeWorkspace({ database, clock }: Services): Promise<Workspace> {
  return database.transaction((sql) => insertWorkspace(sql, 'A workspace', clock.now()))
}

/** Another workspace of the same server. */
export async function workspaceBeside(world: World): Promise<World> {
  const workspace = await makeWorkspace(world.services)
  return { ...world, caller: callerIn(workspace.id) }
}

export interface Servers {
  worlds: World[]
  /** SQLSTATEs of the transactions that failed so far, those that were tried again included. */
  failures: string[]
  close(): Promise<void>
}

/** Further server processes of the world, each with connections of its own. Close them. */
export function serversBeside(world: World, connectionString: string, count: number): Servers {
  const failures: string[] = []
  const databases = Array.from({ length: count }, () =>
    noting(failures, openPostgres(connectionString, { schema: 'public', onIdleError: () => undefined })),
  )
  return {
    worlds: databases.map((database) => ({
      ...world,
      services: servicesOver(database, world.clock, world.services.timers),
    })),
    failures,
    async close() {
      await Promise.all(databases.map((database) => database.close()))
    },
  }
}

function noting(failures: string[], database: Database): Database {
  return {
    ...database,
    transaction: (work) =>
      database.transaction(work).catch((error: unknown) => {
        failures.push(
          `${sqlState(error) ?? (error as Error).name}: ${(error as { detail?: string }).detail ?? (error as Error).message}`,
        )
        throw error
      }),
  }
}

export function callerIn(workspaceId: string, kind: TokenKind = 'ADMIN', daemonId: string | null = null): Caller {
  return { workspaceId, tokenId: newId('tok'), name: kind, kind, daemonId }
}

export function asDaemon(world: World, daemonId: string): World {
  return { ...world, caller: callerIn(world.caller.workspaceId, 'DAEMON', daemonId) }
}

/** What an accepted call answered. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`Refused: ${outcome.refusal.code} ${outcome.refusal.message}`)
  return outcome.value
}

/** Why a call was refused. */
export function refusalOf(outcome: Outcome<unknown>): Refusal {
  if (outcome.ok) throw new Error(`Accepted: ${JSON.stringify(outcome.value)}`)
  return outcome.refusal
}

/** The code of a refusal; the word ACCEPTED where there was none. */
export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ACCEPTED' : outcome.refusal.code
}
