import type { Fault } from '../model/model-server.js'
import type { Stage } from '../stage.js'
import { until } from '../until.js'

/** So often a CLI may try again by itself before the model is mended. */
const MOST_TRIES = 6
/** Short for an operator, long for a CLI that starts on a busy machine. */
const IDLE_LIMIT = ['--idle-limit', '30']

/** The account has had enough: nobody else's fault, so nothing is lost by it, and nothing more is tried for now. */
export async function rateLimit(stage: Stage): Promise<string[]> {
  const chat = await stage.conversation(await stage.machine(...IDLE_LIMIT))
  const first = await chat.ending(await chat.say())
  stage.model.fail(chat.next, 'limited')
  const limited = await chat.ending(await chat.say())
  return [...first, ...limited, await chat.decision()]
}

export const brokenHistory = (stage: Stage) => poisoned(stage, 'broken')
export const overflow = (stage: Stage) => poisoned(stage, 'overflow')

/** The model never takes this history again: the turn after it must not be given the same session. */
async function poisoned(stage: Stage, fault: Fault): Promise<string[]> {
  const chat = await stage.conversation(await stage.machine())
  const first = await chat.ending(await chat.say())
  stage.model.fail(chat.next, fault)
  const second = await chat.ending(await chat.say())
  return [...first, ...second, ...(await chat.ending(await chat.say()))]
}

export const droppedConnection = (stage: Stage) => mended(stage, 'dropped')
export const hang = (stage: Stage) => mended(stage, 'silent')

/** The model comes back when the first attempt has failed, or when the CLI has tried for a while by itself. */
async function mended(stage: Stage, fault: Fault): Promise<string[]> {
  const chat = await stage.conversation(await stage.machine(...IDLE_LIMIT))
  const first = await chat.ending(await chat.say())
  stage.model.fail(chat.next, fault)
  const said = await chat.say()
  await until('the fault is felt', async () => {
    const tries = stage.model.seen.filter((one) => one.fault === fault && one.markers.includes(said.marker)).length
    const [attempt] = await chat.attempts(said)
    return tries >= MOST_TRIES || attempt?.status === 'FAILED' ? true : null
  })
  stage.model.mend(said.marker)
  const second = await chat.ending(said)
  return [...first, ...second, ...(await chat.ending(await chat.say()))]
}
