import { newRequestId } from '../../ids.js'
import { promise, promiseRefusal } from '../expectations.js'
import type { Scene } from '../scene.js'

/** The answer to a claim is lost; the daemon repeats the claim with the same requestId. */
export async function lostClaimResponse(scene: Scene): Promise<void> {
  const taskId = await scene.enqueue('lost-answer')
  const requestId = newRequestId()
  const [first] = await scene.ask({ requestId })
  const [again] = await scene.ask({ requestId })
  promise('the first answer has the task', first?.task.id, taskId)
  promise('the same requestId gets the same claim', again?.claimToken, first?.claimToken)
  promise('the first answer is new, the second a repetition', [first?.replayed, again?.replayed], [false, true])
  promise('nobody else gets the task', await scene.ask(), [])
  await promiseRefusal(
    'other arguments under the same requestId',
    'REQUEST_ID_REUSED',
    scene.ask({ requestId, max: 2 }),
  )
  const { events } = await scene.now(taskId)
  const claims = events.nodes.filter(({ type }) => type === 'TASK_CLAIMED')
  promise('the task was handed out once', claims.length, 1)
}
