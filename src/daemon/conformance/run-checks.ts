import { createClient, createSender } from '../client/client.js'
import type { Client } from '../client/client.js'
import { monotonicMs } from '../clock.js'
import { newRequestId } from '../ids.js'
import { clockSkew } from './checks/clock-skew.js'
import { doubleComplete } from './checks/double-complete.js'
import { fencedZombie } from './checks/fenced-zombie.js'
import { latePinAfterCancel } from './checks/late-pin-after-cancel.js'
import { lostClaimResponse } from './checks/lost-claim-response.js'
import { refusedResume } from './checks/refused-resume.js'
import { serverRestart } from './checks/server-restart.js'
import { documents } from './documents.js'
import type { Operations } from './operation-types.js'
import { Scene } from './scene.js'
import type { People } from './scene.js'

export interface CheckOutcome {
  check: string
  result: 'passed' | 'FAILED' | 'skipped'
  seconds: number
  /** Why it failed or was skipped. */
  note: string
}

const CHECKS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'lost claim response': lostClaimResponse,
  'double complete': doubleComplete,
  'late pin after cancel': latePinAfterCancel,
  'fenced zombie': fencedZombie,
  'refused resume': refusedResume,
  'clock skew': clockSkew,
}
const RESTART = 'server restart under a running task'

interface ConformanceTarget {
  url: string
  /** With an ADMIN token, the checks run in its workspace; with a ROOT token, in a new workspace, which stays. */
  token: string
  /** Begins to restart the server; null skips the check that needs it. */
  restart: (() => Promise<void>) | null
}

/** Runs all checks, one after the other, each with its own runtime and agent. */
export async function runChecks(
  { url, token, restart }: ConformanceTarget,
  told: (outcome: CheckOutcome) => void,
): Promise<void> {
  const people = await peopleOf(url, token)
  const daemonId = `conformance-${newRequestId()}`
  const { createToken } = await people.send('CreateToken', { input: { name: daemonId, kind: 'DAEMON', daemonId } })
  const daemon = createClient({ url, token: createToken.secret })
  const one = async (check: string, run: (scene: Scene) => Promise<void>) => {
    const began = monotonicMs()
    const broken = await inScene({ people, daemon, daemonId, provider: check }, run)
    const seconds = (monotonicMs() - began) / 1000
    told({ check, result: broken === null ? 'passed' : 'FAILED', seconds, note: broken ?? '' })
  }
  for (const [check, run] of Object.entries(CHECKS)) await one(check, run)
  if (restart !== null) await one(RESTART, (scene) => serverRestart(scene, restart))
  else told({ check: RESTART, result: 'skipped', seconds: 0, note: 'no --restart command' })
  await people.send('RevokeToken', { input: { tokenId: createToken.token.id } })
}

/** The client for people's calls: in a new workspace for a ROOT token, in its own workspace for an ADMIN token. */
async function peopleOf(url: string, token: string): Promise<People> {
  const own = createSender<Operations>(documents, { url, token })
  const { viewer } = await own.send('Viewer', {})
  if (viewer.kind === 'ADMIN') return own
  if (viewer.kind !== 'ROOT') throw new Error(`The kit needs a ROOT or an ADMIN token; this one is ${viewer.kind}.`)
  const { createWorkspace } = await own.send('CreateWorkspace', { input: { name: 'conformance' } })
  return createSender<Operations>(documents, { url, token: createWorkspace.secret })
}

/** Runs a check and cleans up. Resolves with the problem, or with null. */
async function inScene(
  { people, daemon, daemonId, provider }: { people: People; daemon: Client; daemonId: string; provider: string },
  run: (scene: Scene) => Promise<void>,
): Promise<string | null> {
  try {
    const { registerRuntime } = await daemon.send('RegisterRuntime', { input: { daemonId, provider } })
    const runtimeId = registerRuntime.runtime.id
    const { createAgent } = await people.send('CreateAgent', { input: { name: provider, runtimeId } })
    const agentId = createAgent.agent.id
    const { serverTimers } = await daemon.send('ServerTimers', {})
    try {
      await run(new Scene(people, daemon, { daemonId, runtimeId, agentId }, serverTimers))
      return null
    } finally {
      await people.send('ArchiveAgent', { input: { agentId } })
      await daemon.send('DeregisterRuntime', { input: { runtimeId } })
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
