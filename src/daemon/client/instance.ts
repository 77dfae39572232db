import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { newRequestId } from '../ids.js'
import type { VariablesOf } from './client.js'

export type Instance = NonNullable<VariablesOf<'Heartbeat'>['input']['instance']>

/** Of a machine that has none, its name must do. */
const MACHINE_ID = '/etc/machine-id'

/**
 * This process, as the server tells it from another under the same daemonId. The machine's fingerprint has the outbox's path
 * in it: two daemons of one machine that keep their reports in different places are two machines to the server, and the
 * second is refused.
 */
export async function thisInstance(outboxFile: string): Promise<Instance> {
  const host = hostname()
  const machineId = await readFile(MACHINE_ID, 'utf8').catch(() => '')
  const place = [host, machineId.trim(), resolve(outboxFile)].join('\0')
  return { id: newRequestId(), machine: createHash('sha256').update(place).digest('hex').slice(0, 32), host }
}
