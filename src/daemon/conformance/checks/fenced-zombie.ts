import { promise, promiseRefusal } from '../expectations.js'
import { keyOf } from '../scene.js'
import type { Scene } from '../scene.js'

/** A daemon freezes for longer than its lease, and continues when another claim has its task. */
export async function fencedZombie(scene: Scene): Promise<void> {
  const taskId = await scene.enqueue('zombie')
  const unstarted = await scene.claim({ leaseSeconds: 1 })
  const back = await scene.claim({ leaseSeconds: 1 })
  promise('a claim that expires before its start goes back to the queue', back.task.id, taskId)
  await promiseRefusal('starting by the old claim', 'STALE_CLAIM', scene.start(unstarted))
  await scene.start(back)
  const expired = await scene.until(
    'a lease that nobody renews runs out',
    () => scene.now(taskId),
    ({ status }) => status === 'FAILED',
  )
  promise('the task fails as timed out', expired.failure?.reason, 'timeout')
  const retry = await scene.claim()
  promise('its retry is another task', retry.task.id === taskId, false)
  await scene.start(retry)
  promise('the zombie has lost, the retry is held', await scene.beat(back, retry), ['LOST', 'HELD'])
  await promiseRefusal('the zombie completing its task', 'STALE_CLAIM', scene.complete(back))
  await promiseRefusal('the zombie pinning a session', 'STALE_CLAIM', scene.pin(back, 'zombie'))
  const forged = { ...retry, claimToken: back.claimToken }
  await promiseRefusal('the old claim on the new task', 'STALE_CLAIM', scene.complete(forged))
  const entries = [{ seq: 0, kind: 'text', text: 'still here' }]
  await promiseRefusal(
    'the zombie reporting progress',
    'STALE_CLAIM',
    scene.daemon.send('ReportTaskProgress', { input: { ...keyOf(back), entries } }),
  )
  await scene.complete(retry)
  promise('the retry completes', (await scene.now(retry.task.id)).status, 'COMPLETED')
}
