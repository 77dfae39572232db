import type { Runtime } from '../../generated/prisma/client.js'
import type { Refusal } from './outcome.js'
import { refused } from './outcome.js'
import type { Timers } from '../services/services.js'

/** One process of a daemon, and its machine. */
export interface Instance {
  id: string
  /** A fingerprint that all processes of one machine share. */
  machine: string
  host?: string | null
}

/** A daemon whose last sign of life is earlier than this is silent, and another machine may take over. */
export function offlineBefore(now: Date, { runtimeOffline }: Timers): Date {
  return new Date(now.getTime() - runtimeOffline * 1000)
}

/** Whether the time of the last sign of life (null: never) is too long ago. */
export function isSilent(lastHeardOf: Date | null, now: Date, timers: Timers): boolean {
  return lastHeardOf === null || lastHeardOf < offlineBefore(now, timers)
}

/**
 * Refuses a process that is not the one that last registered these runtimes; null if it is, or if either side names no
 * instance. Another process of the same machine takes over by registering, which locks the first process out.
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

/** Refuses a process while another machine that is not silent holds one of these runtimes; null if none does. */
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

/** FORBIDDEN, worded for the person who started the second process. */
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
