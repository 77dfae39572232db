import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../model/model-server.js'
import type { Conversation, Said } from '../conversation.js'
import type { Stage } from '../stage.js'
import { until } from '../until.js'

/** So often a CLI may try again by itself before the model is mended. */
const MOST_TRIES = 6
/** Short for an operator, long for a CLI that starts on a busy machine. */
const IDLE_LIMIT = ['--idle-limit', '30']
/** A CLI that asks several things at once has asked all of them by then. */
const ASKED_WITHIN_MS = 5_000

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

/** The model comes back when the first attempt has failed, or when the CLI has tried for a while by itself. */
export const droppedConnection = (stage: Stage) =>
  mended(stage, 'dropped', async (chat, said) => {
    await until('the fault is felt', async () => {
      const [attempt] = await chat.attempts(said)
      return triesOf(stage, said) >= MOST_TRIES || attempt?.status === 'FAILED' ? true : null
    })
  })

/**
 * The model is silent to what it is asked at first, and comes back long before the limit ends the attempt: coming back
 * afterwards, it was too late for retries that had asked within a tenth of a second.
 */
export const hang = (stage: Stage) =>
  mended(stage, 'silent', async (_chat, said) => {
    await until('the model is asked', () => (triesOf(stage, said) > 0 ? true : null))
    await sleep(ASKED_WITHIN_MS)
  })

function triesOf(stage: Stage, { marker }: Said): number {
  return stage.model.seen.filter((one) => one.fault !== null && one.markers.includes(marker)).length
}

async function mended(
  stage: Stage,
  fault: Fault,
  isFelt: (chat: Conversation, said: Said) => Promise<void>,
): Promise<string[]> {
  const chat = await stage.conversation(await stage.machine(...IDLE_LIMIT))
  const first = await chat.ending(await chat.say())
  stage.model.fail(chat.next, fault)
  const said = await chat.say()
  await isFelt(chat, said)
  stage.model.mend(said.marker)
  const second = await chat.ending(said)
  return [...first, ...second, ...(await chat.ending(await chat.say()))]
}
