import { execute, GraphQLError, parse, subscribe, validate } from 'graphql'
import type { ExecutionResult } from 'graphql'
import { systemClock } from '../../src/database/clock.js'
import type { Clock } from '../../src/database/clock.js'
import { newId } from '../../src/database/ids.js'
import type { Database } from '../../src/database/sql.js'
import { createContext } from '../../src/graphql/context.js'
import { maskError } from '../../src/graphql/errors.js'
import { schema } from '../../src/graphql/schema.js'
import type { Caller, TokenKind } from '../../src/use-cases/calls/caller.js'
import { insertWorkspace } from '../../src/use-cases/create-workspace.js'
import type { Services } from '../../src/use-cases/services/services.js'
import { buildServices } from '../../src/use-cases/services/build-services.js'

const TIMERS = { claimLease: 60, runLease: 300, heartbeat: 15, runtimeOffline: 45, queueTtl: 0, sweep: 5 }

export type Variables = Record<string, unknown>

/** What a refused call answers: the extensions of its one error, and its message. */
export interface Refused {
  message: string
  code: unknown
  fields?: { path: string; message: string }[]
  status?: unknown
}

export function servicesOver(database: Database, clock: Clock = systemClock): Services {
  return buildServices(database, clock, TIMERS)
}

/** The API over a database, in this process: the real schema, and any caller one likes. */
export class Api {
  private constructor(
    readonly services: Services,
    readonly workspaceId: string,
  ) {}

  /** A workspace of its own in this database. */
  static async open(database: Database, clock?: Clock): Promise<Api> {
    const services = servicesOver(database, clock)
    const { id } = await insertWorkspace(database.sql, 'Test', services.clock.now())
    return new Api(services, id)
  }

  /** The same workspace, seen through other services: a database that counts, or breaks. */
  through(services: Services): Api {
    return new Api(services, this.workspaceId)
  }

  /** Somebody with such a token; null: with none. A DAEMON is `daemon-1`, unless told otherwise. */
  as(kind: TokenKind | null, daemonId = 'daemon-1'): Client {
    if (kind === null) return new Client(this.services, null)
    const { workspaceId } = this
    const name = `A ${kind}`
    return new Client(this.services, {
      workspaceId,
      tokenId: newId('tok'),
      name,
      kind,
      daemonId: kind === 'DAEMON' ? daemonId : null,
    })
  }
}

export class Client {
  constructor(
    private readonly services: Services,
    readonly caller: Caller | null,
  ) {}

  /** As a server would answer: errors are coded and masked. */
  async send(document: string, variables: Variables = {}): Promise<ExecutionResult<Variables>> {
    const result = await this.execute(document, variables)
    return { ...result, errors: result.errors?.map((error) => maskError(error)) }
  }

  private execute(document: string, variables: Variables): Promise<ExecutionResult<Variables>> {
    const context = createContext({ services: this.services, caller: this.caller, requestId: 'test' })
    return executed(document, variables, context)
  }

  /** The data; any error fails the test. */
  async ask(document: string, variables: Variables = {}): Promise<Variables> {
    const { data, errors = [] } = await this.execute(document, variables)
    if (errors.length === 0 && data != null) return data
    const told = errors.map(({ message, path, extensions }) => JSON.stringify({ message, path, extensions }))
    throw new Error(told.join('\n'), { cause: errors[0]?.originalError })
  }

  /** The first answers of a subscription, which it then leaves. */
  async follow(document: string, variableValues: Variables, count: number): Promise<Variables[]> {
    const contextValue = createContext({ services: this.services, caller: this.caller, requestId: 'test' })
    const begun = await subscribe({ schema, document: parse(document), variableValues, contextValue })
    if ('errors' in begun) throw new Error(JSON.stringify(begun.errors))
    const told: Variables[] = []
    for await (const { data, errors } of begun as AsyncIterable<ExecutionResult<Variables>>) {
      if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors))
      if (told.push(data) === count) break
    }
    return told
  }

  /** The one error of a subscription that must not begin. */
  async refusedSubscription(document: string, variableValues: Variables = {}): Promise<Refused> {
    const contextValue = createContext({ services: this.services, caller: this.caller, requestId: 'test' })
    const begun = await subscribe({ schema, document: parse(document), variableValues, contextValue })
    if (!('errors' in begun)) throw new Error('The subscription began.')
    const [error] = begun.errors ?? []
    if (error === undefined) throw new Error('No error says why the subscription did not begin.')
    const { message, extensions } = maskError(error)
    return { message, ...extensions } as Refused
  }

  /** The one error of a call that must fail. */
  async refusal(document: string, variables?: Variables): Promise<Refused> {
    const { errors = [] } = await this.send(document, variables)
    const [error, ...others] = errors
    if (error === undefined || others.length > 0) throw new Error(`Expected one error: ${JSON.stringify(errors)}`)
    return { message: error.message, ...error.extensions } as Refused
  }
}

async function executed(
  document: string,
  variableValues: Variables,
  contextValue: object,
): Promise<ExecutionResult<Variables>> {
  try {
    const parsed = parse(document)
    const errors = validate(schema, parsed)
    if (errors.length > 0) return { errors }
    return await execute({ schema, document: parsed, variableValues, contextValue })
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}

/** What lies at a path in an answer, as `tasks.nodes.0.id`. */
export function at(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], data)
}

/** The text there; fails where there is none. */
export function textAt(data: unknown, path: string): string {
  const value = at(data, path)
  if (typeof value !== 'string') throw new Error(`No text at ${path} of ${JSON.stringify(data)}`)
  return value
}
