import type { Registered } from './accounts.js'
import type { Client, ResultOf, VariablesOf } from './client.js'
import type { Instance } from './instance.js'
import type { Log } from './log.js'
import type { Outbox } from './outbox.js'
import { deliverUntilAnswered } from './run-claim.js'
import { untilAnswered } from './until-answered.js'

/** The registration of one agent CLI on this machine. */
export type Provider = Omit<VariablesOf<'RegisterRuntime'>['input'], 'daemonId' | 'instance'>

interface Introducing {
  client: Client
  daemonId: string
  instance: Instance
  providers: readonly (string | Provider)[]
  outbox: Outbox
  log: Log
  signal: AbortSignal
  prepare: () => Promise<void>
}

/**
 * The steps before the first claim: registers the runtimes, calls `prepare`, delivers the reports of an earlier process, and
 * lets the server recover that process's other tasks. Retries while the server is down, until the signal fires.
 */
export async function introduce(introducing: Introducing): Promise<{
  runtimes: Registered[]
  timers: ResultOf<'ServerTimers'>['serverTimers']
}> {
  const { client, daemonId, instance, providers, outbox, log, signal, prepare } = introducing
  const answered = <Answer>(send: () => Promise<Answer>) => untilAnswered(send, { signal })
  const runtimes: Registered[] = []
  for (const provider of providers) {
    const named: Provider = typeof provider === 'string' ? { provider } : provider
    const input = { daemonId, instance, ...named }
    const { registerRuntime } = await answered(() => client.send('RegisterRuntime', { input }))
    const { id: runtimeId } = registerRuntime.runtime
    runtimes.push({ runtimeId, provider: named.provider, account: named.account ?? null })
  }
  const runtimeIds = runtimes.map(({ runtimeId }) => runtimeId)
  if (!signal.aborted) await prepare()
  // Delivers before the recovery, which would fail these tasks and make their reports stale.
  for (const report of outbox.waiting()) await deliverUntilAnswered({ client, outbox, log, exiting: signal }, report)
  const { recoverOrphanedTasks } = await answered(() =>
    client.send('RecoverOrphanedTasks', { input: { daemonId, runtimeIds, instance } }),
  )
  const { serverTimers } = await answered(() => client.send('ServerTimers', {}))
  log('info', 'Registered.', { runtimes: runtimeIds.length, orphans: recoverOrphanedTasks.failed.length })
  return { runtimes, timers: serverTimers }
}
