import type { Stage } from '../stage.js'

export async function freshThenResumedTwice(stage: Stage): Promise<string[]> {
  const chat = await stage.conversation(await stage.machine())
  const lines: string[] = []
  for (let turn = 1; turn <= 3; turn++) lines.push(...(await chat.ending(await chat.say())))
  return lines
}

/** The store is deleted while the daemon is away: an agent that is kept alive would still know what it was told. */
export async function transcriptDeleted(stage: Stage): Promise<string[]> {
  const machine = await stage.machine()
  const chat = await stage.conversation(machine)
  const first = await chat.ending(await chat.say())
  await machine.stop()
  machine.loseTranscripts(stage.cli)
  await machine.start()
  const second = await chat.ending(await chat.say())
  return [...first, ...second, ...(await chat.ending(await chat.say()))]
}
