import type { Stage } from '../stage.js'

/**
 * There, back under the policy that takes up an older session of the machine, and there again under the one that does
 * not, because that older session does not know the newer turns.
 */
export async function anotherMachineAndBack(stage: Stage): Promise<string[]> {
  const [one, other] = [await stage.machine(), await stage.machine()]
  const chat = await stage.conversation(one, { scope: 'NEWEST_ON_RUNTIME' })
  const first = await chat.ending(await chat.say())
  await stage.move(chat, other)
  const there = await chat.ending(await chat.say())
  await stage.move(chat, one)
  const back = await chat.ending(await chat.say())
  await stage.move(chat, other, { scope: 'LATEST' })
  return [...first, ...there, ...back, ...(await chat.ending(await chat.say()))]
}
