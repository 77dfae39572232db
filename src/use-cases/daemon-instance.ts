import type { Runtime } from '../generated/prisma/client.js'
import type { Refusal } from './outcome.js'
import { refused } from './outcome.js'
import type { Timers } from './services.js'

/** One process of a daemon, and the machine that it runs on. */
export interface Instance {
  id: string
  /** A fingerprint: the same for every process of one machine. */
  machine: string
  host?: string | null
}

/** Who was last heard of before this is silent, and another machine may take over. */
export function offlineBefore(now: Date, { runtimeOffline }: Timers): Date {
  return new Date(now.getTime() - runtimeOffline * 1000)
}

/** Whether somebody who was last heard of then, or never (null), has been silent for too long. */
export function isSilent(lastHeardOf: Date | null, now: Date, timers: Timers): boolean {
  return lastHeardOf === null || lastHeardOf < offlineBefore(now, timers)
}

/**
 * The refusal of a process that is not the one which registered these runtimes last; null where it is, or where it or they
 * tell nothing. The same machine takes over by registering: what it holds there locks the first process out.
 */
export function refusesInstance(
  instance: Instance | null | undefined,
  runtimes: readonly Runtime[],
  timers: Timers,
): { ok: false; refusal: Refusal } | null {
  const holder = runtimes.find(
    ({ instanceId }) => instance != null && instanceId !== null && instanceId !== instance.id,
  )
  return holder === undefined ? null : heldElsewhere(holder, timers)
}

/** The refusal of a process while another machine holds one of these runtimes and is heard of; null where none is. */
export function refusesMachine(
  instance: Instance | null | undefined,
  runtimes: readonly Runtime[],
  { timers, now }: { timers: Timers; now: Date },
): { ok: false; refusal: Refusal } | null {
  const holder = runtimes.find(
    ({ instanceMachine, lastSeenAt, deregisteredAt }) =>
      instance != null &&
      instanceMachine !== null &&
      instanceMachine !== instance.machine &&
      deregisteredAt === null &&
      !isSilent(lastSeenAt, now, timers),
  )
  return holder === undefined ? null : heldElsewhere(holder, timers)
}

/** FORBIDDEN, in the words for whoever started the second one. */
export function heldElsewhere(
  { daemonId, instanceHost, host, lastSeenAt }: Runtime,
  { runtimeOffline }: Timers,
): { ok: false; refusal: Refusal } {
  const seen = lastSeenAt === null ? 'never heard of' : `last heard of at ${lastSeenAt.toISOString()}`
  return refused({
    code: 'FORBIDDEN',
    message:
      `Daemon ${daemonId} runs on ${instanceHost ?? host ?? 'another machine'}, ${seen}. Give this one another daemon id, or ` +
      `stop the first and start this one again ${runtimeOffline} s later.`,
  })
}
