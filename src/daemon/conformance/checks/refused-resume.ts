import { promise } from '../expectations.js'
import type { Scene } from '../scene.js'

/** The provider refuses the offered session: it is retired, and a fresh one replaces it. */
export async function refusedResume(scene: Scene): Promise<void> {
  const first = await scene.enqueue('refused')
  const one = await scene.claim()
  promise('a new conversation begins without a session', [one.resume.outcome, one.priorSessionId], ['FRESH', null])
  await scene.start(one)
  await scene.complete(one, { sessionId: 'old', workDir: '/conformance' })
  await scene.enqueue('refused')
  const two = await scene.claim()
  const offered = [two.resume.outcome, two.priorSessionId, two.priorWorkDir]
  promise('its session is offered to the next task', offered, ['RESUME', 'old', '/conformance'])
  await scene.start(two, 'REFUSED')
  await scene.pin(two, 'new')
  await scene.complete(two, { sessionId: 'new', workDir: '/conformance' })
  const rerun = await scene.people.send('RerunTask', { input: { taskId: first } })
  const three = await scene.claim()
  promise('the rerun of the first task is next', three.task.id, rerun.rerunTask.task.id)
  promise('it is not offered the retired session', three.priorSessionId, null)
  await scene.start(three)
  await scene.complete(three)
  await scene.enqueue('refused')
  const four = await scene.claim()
  promise('the next task is offered the new session', four.priorSessionId, 'new')
  await scene.start(four, 'RESUMED')
  await scene.complete(four)
  const old = (await scene.bindings('refused')).find(({ sessionId }) => sessionId === 'old')
  promise('the refused session is retired', old?.state, 'RETIRED')
}
