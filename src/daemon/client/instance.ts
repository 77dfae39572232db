import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { newRequestId } from '../ids.js'
import type { VariablesOf } from './client.js'

export type Instance = NonNullable<VariablesOf<'Heartbeat'>['input']['instance']>

/** A machine without this file is identified by its host name. */
const MACHINE_ID = '/etc/machine-id'

/**
 * Identifies this process to the server among processes with the same daemonId. The machine's fingerprint includes the
 * outbox's path: two daemons of one machine with different outboxes count as two machines, so the server refuses the
 * second.
 */
export async function thisInstance(outboxFile: string): Promise<Instance> {
  const host = hostname()
  const machineId = await readFile(MACHINE_ID, 'utf8').catch(() => '')
  const place = [host, machineId.trim(), resolve(outboxFile)].join('\0')
  return { id: newRequestId(), machine: createHash('sha256').update(place).digest('hex').slice(0, 32), host }
}
