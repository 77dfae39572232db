import { setTimeout as sleep } from 'node:timers/promises'
import { answerQuestions } from '../setting/asked-process.js'
import { Owner } from '../setting/fleet.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import { LeanDaemon } from './daemon.js'

/** `connect`, then `wait`: so many daemons. `wakeUps`: one that waits at `url` for work that is enqueued at another server. */
export type WaitingQuestion =
  | { does: 'connect'; url: string; runtimeIds: readonly string[] }
  | { does: 'wait' }
  | { does: 'wakeUps'; url: string; enqueueUrl: string; runtimeId: string; agentId: string; times: number }

/** Milliseconds from the moment before an enqueue was sent to the claim that got it. */
export type WaitingAnswer = { milliseconds: number[] }

const WAIT_SECONDS = 60
let daemons: LeanDaemon[] = []

answerQuestions<WaitingQuestion, WaitingAnswer>(async (question) => {
  if (question.does === 'wakeUps') return wakeUps(question)
  if (question.does === 'connect') {
    daemons = question.runtimeIds.map(
      (id) => new LeanDaemon(question.url, { runtimeIds: [id], token: ADMIN_TOKEN }, 1, WAIT_SECONDS),
    )
    for (let n = 0; n < daemons.length; n += 100) {
      await Promise.all(daemons.slice(n, n + 100).map((daemon) => daemon.greet()))
    }
  } else {
    for (const daemon of daemons) waitForEver(daemon).catch(() => undefined)
  }
  return { milliseconds: [] }
})

/** As a daemon does: after a wait in vain it asks again. */
async function waitForEver(daemon: LeanDaemon): Promise<void> {
  for (;;) await daemon.claim()
}

async function wakeUps({ url, enqueueUrl, runtimeId, agentId, times }: WaitingQuestion & { does: 'wakeUps' }) {
  const owner = new Owner(enqueueUrl)
  const daemon = new LeanDaemon(url, { runtimeIds: [runtimeId], token: ADMIN_TOKEN }, 1)
  const milliseconds: number[] = []
  // The agent's first task does not wait for anybody.
  await daemon.live()
  for (let n = 0; n < times; n++) {
    const lived = daemon.claim().then(() => performance.now())
    await sleep(50)
    const from = performance.now()
    const enqueued = owner.enqueue(agentId, `WAKE-${n}`)
    milliseconds.push((await lived) - from)
    await enqueued
  }
  owner.close()
  daemon.close()
  return { milliseconds }
}
