import { promise, promiseRefusal } from '../expectations.js'
import type { Scene } from '../scene.js'

/** A person cancels a task; the daemon learns of it from a heartbeat and pins the run's session. */
export async function latePinAfterCancel(scene: Scene): Promise<void> {
  const taskId = await scene.enqueue('late-pin')
  const claim = await scene.claim()
  await scene.start(claim)
  promise('the claim is held', await scene.beat(claim), ['HELD'])
  await scene.people.send('CancelTask', { input: { taskId } })
  promise('the heartbeat tells of the cancellation', await scene.beat(claim), ['CANCELLED'])
  promise('a late pin fills what is empty', await scene.pin(claim, 'late'), true)
  promise('a second one changes nothing', await scene.pin(claim, 'later'), false)
  await promiseRefusal('completing it', 'ILLEGAL_TRANSITION', scene.complete(claim))
  const { status, sessionId } = await scene.now(taskId)
  promise('the task stays cancelled, with the late session', [status, sessionId], ['CANCELLED', 'late'])
  await scene.enqueue('late-pin')
  const next = await scene.claim()
  promise('the next task may go on with that session', next.priorSessionId, 'late')
  await scene.start(next, 'RESUMED')
  await scene.complete(next)
}
