import { promise, promiseRefusal } from '../expectations.js'
import { keyOf } from '../scene.js'
import type { Scene } from '../scene.js'

/** The answer to a completion is lost; the daemon sends it again. */
export async function doubleComplete(scene: Scene): Promise<void> {
  const taskId = await scene.enqueue('double-complete')
  const claim = await scene.claim()
  await scene.start(claim)
  await scene.start(claim)
  await scene.complete(claim, { output: 'first' })
  await scene.complete(claim, { output: 'second' })
  const { status, output, events } = await scene.now(taskId)
  promise('the first completion stays', [status, output], ['COMPLETED', 'first'])
  const ended = events.nodes.filter(({ type }) => type === 'TASK_STARTED' || type === 'TASK_COMPLETED')
  promise('start and end are told once each', ended.length, 2)
  const failure = { ...keyOf(claim), failureReason: 'agent_error', error: 'too late' }
  await promiseRefusal('a failure after that', 'ILLEGAL_TRANSITION', scene.daemon.send('FailTask', { input: failure }))
}
