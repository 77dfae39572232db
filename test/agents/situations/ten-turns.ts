import type { Stage } from '../stage.js'

const TURNS = 10

/**
 * Whoever begins afresh is told all that was said, once: on another machine, back on the first one, whose own session does
 * not know what was said there, and where the session is refused.
 */
export async function tenTurnsThenAnotherMachine(stage: Stage): Promise<string[]> {
  const [one, other] = [await stage.machine(), await stage.machine()]
  const chat = await stage.conversation(one, { scope: 'LATEST' })
  const lines: string[] = []
  for (let turn = 1; turn <= TURNS; turn++) lines.push(...(await chat.ending(await chat.say())))
  await stage.move(chat, other)
  for (let turn = 1; turn <= 2; turn++) lines.push(...(await chat.ending(await chat.say())))
  await stage.move(chat, one)
  lines.push(...(await chat.ending(await chat.say())))
  await one.stop()
  one.loseTranscripts(stage.cli)
  await one.start()
  return [...lines, ...(await chat.ending(await chat.say()))]
}
