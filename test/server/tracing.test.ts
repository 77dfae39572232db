import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, expect, it } from 'vitest'
import { openTracing } from '../../src/server/observing/tracing.js'
import { observeOperations } from '../../src/server/observing/observe-operations.js'
import { openLog } from '../../src/server/observing/log.js'
import { Metrics } from '../../src/server/observing/metrics.js'
import { createContext } from '../../src/graphql/context.js'
import { schema } from '../../src/graphql/schema.js'
import { buildServices } from '../../src/use-cases/services/build-services.js'
import { claimTask } from '../../src/use-cases/claim-task.js'
import { unobserved } from '../../src/use-cases/services/observer.js'
import { WakeUps } from '../../src/wake-ups/wake-ups.js'
import { anAgent, aRuntime, enqueue } from '../support/daemon-steps.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { makeWorld, TIMERS } from '../support/services.js'
import { execute, parse } from 'graphql'
import type { ExecutionArgs } from 'graphql'

const PROMPT = 'hunter2prompt'
const operation = { requestId: 'r', workspace: 'ws', token: 'tok', name: 'Ask', kind: 'query' } as const

afterAll(() => {
  trace.disable()
  context.disable()
})

it('without an SDK there are no spans, and the work is unchanged', async () => {
  const tracing = openTracing()
  expect(tracing.operation(operation)).toBeNull()
  expect(await tracing.span('sweep', {}, () => Promise.resolve(1))).toBe(1)
})

it('with an SDK, operations, claim batches and conversation transactions are spans without personal data', async () => {
  const exporter = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const tracing = openTracing()
  const database = await openEmbeddedDatabase()
  const world = await makeWorld(database)
  const metrics = new Metrics(database, world.clock, 1000)
  const observer = { ...unobserved, span: tracing.span }
  world.services = buildServices(database, world.clock, TIMERS, new WakeUps(), observer)

  const runtime = await aRuntime(world)
  await enqueue(world, await anAgent(world, runtime), { prompt: PROMPT })
  await claimTask(world.services, world.caller, { runtimeIds: [runtime.id], max: 1, mutation: 'claimTask' })

  const log = openLog('silent')
  const plugin = observeOperations({ log, metrics, tracing })
  const args: ExecutionArgs = {
    schema,
    document: parse(`query Ask { task(id: "${PROMPT}") { id } }`),
    contextValue: createContext({ services: world.services, caller: world.caller, requestId: 'request-1' }),
  }
  let run = execute as (args: ExecutionArgs) => unknown
  const hooks = await plugin.onExecute?.({
    args,
    executeFn: execute,
    context: {},
    setExecuteFn: (fn: typeof run) => (run = fn),
  } as never)
  const result = await run({ ...args, rootValue: undefined })
  await (hooks as { onExecuteDone(done: object): unknown }).onExecuteDone({ result })
  await tracing.span('sweep', {}, () => Promise.reject(new Error(PROMPT))).catch(() => undefined)
  await database.close()

  const spans = exporter.getFinishedSpans()
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['claim batch', 'conversation transaction', 'query', 'sweep']),
  )
  expect(spans.find(({ name }) => name === 'claim batch')?.attributes).toEqual({ calls: 1 })
  expect(spans.find(({ name }) => name === 'query')?.attributes).toMatchObject({
    'graphql.operation.name': 'Ask',
    'graphql.operation.type': 'query',
    'baton.request.id': 'request-1',
    'baton.workspace.id': world.caller.workspaceId,
    'baton.token.id': world.caller.tokenId,
  })
  expect(spans.find(({ name }) => name === 'sweep')?.status.code).toBe(2)
  const told = spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))
  expect(JSON.stringify(told)).not.toContain(PROMPT)
})
