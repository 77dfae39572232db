import { promise } from '../expectations.js'
import { keyOf } from '../scene.js'
import type { Scene } from '../scene.js'

const LEASE = 30

/** A daemon and a person have clocks that are years off. The server uses its own clock and the order of its log. */
export async function clockSkew(scene: Scene): Promise<void> {
  await scene.enqueue('skew', { availableAt: '2001-01-01T00:00:00.000Z' })
  const claim = await scene.claim({ leaseSeconds: LEASE })
  const { claimedAt, leaseExpiresAt } = await scene.now(claim.task.id)
  const lease = (Date.parse(leaseExpiresAt ?? '') - Date.parse(claimedAt ?? '')) / 1000
  promise('a lease is counted from the claim, by one clock', lease, LEASE)
  await scene.start(claim)
  const entries = [
    { seq: 0, kind: 'text', text: 'from the future', at: '2099-01-01T00:00:00.000Z' },
    { seq: 1, kind: 'text', text: 'from the past', at: '2001-01-01T00:00:00.000Z' },
  ]
  const send = () => scene.daemon.send('ReportTaskProgress', { input: { ...keyOf(claim), entries } })
  promise('progress of any date is taken', (await send()).reportTaskProgress, { accepted: 2, lastSeq: 1 })
  promise('and known again by its number', (await send()).reportTaskProgress, { accepted: 0, lastSeq: 1 })
  promise('the claim is still held', await scene.beat(claim), ['HELD'])
  await scene.complete(claim)
  const { progress, events } = await scene.now(claim.task.id)
  promise(
    'progress stays in the order of its numbers',
    progress.nodes.map(({ seq }) => seq),
    [0, 1],
  )
  promise(
    'the log is in the order of what happened',
    events.nodes.map(({ type }) => type).filter((type) => type.startsWith('TASK_')),
    ['TASK_ENQUEUED', 'TASK_CLAIMED', 'TASK_STARTED', 'TASK_COMPLETED'],
  )
}
