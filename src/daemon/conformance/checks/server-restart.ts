import { untilAnswered } from '../../client/until-answered.js'
import { promise } from '../expectations.js'
import type { Scene } from '../scene.js'

/** The server restarts while a task runs. */
export async function serverRestart(scene: Scene, restart: () => Promise<void>): Promise<void> {
  const taskId = await scene.enqueue('restart')
  const claim = await scene.claim({ leaseSeconds: 600 })
  await scene.start(claim)
  await scene.pin(claim, 'before')
  await restart()
  const verdicts = await untilAnswered(() => scene.beat(claim))
  promise('the claim is held across the restart', verdicts, ['HELD'])
  const { status, sessionId } = await scene.now(taskId)
  promise('the task runs on, with its session', [status, sessionId], ['RUNNING', 'before'])
  await scene.complete(claim, { output: 'done' })
  promise('it completes by the same claim', (await scene.now(taskId)).status, 'COMPLETED')
}
