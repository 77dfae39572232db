import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Dice } from '../../faults/fuzz/dice.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from '../../faults/verify-command.js'
import { claudeAgentAcp } from '../clis/claude-agent-acp.js'
import { claudeCode } from '../clis/claude-code.js'
import { codex } from '../clis/codex.js'
import { opencode } from '../clis/opencode.js'
import { until } from '../until.js'
import { fillAllSlots } from './all-slots.js'
import { judge } from './judge.js'
import type { Asked, Trouble } from './judge.js'
import { strikeAtRandom } from './random-faults.js'
import { SoakWorld } from './soak-world.js'
import { MESSAGES, PAUSE_MS, SEED, STRIKE_PAUSE_MS } from './size.js'

const CHATS = 5
/** For the last turns, their retries and what was struck last. */
const WINDING_UP_MS = 900_000
/** For what hangs: the messages, the winding up, and all slots once more. */
const LIMIT = { timeout: 3_000_000 }
const TROUBLES: readonly Trouble[] = [null, null, null, null, null, null, 'broken', 'overflow', 'silent', 'cancelled']
const TEXTS = ['Go on.', 'Go on.', '[[bash:sleep 2]]', '[[bash:setsid sleep 700 & echo started]]']

describe(`${MESSAGES} messages to four agents, with random faults (SOAK_SEED=${SEED})`, () => {
  let world: SoakWorld
  beforeAll(async () => {
    world = await SoakWorld.open([claudeCode, codex, opencode, claudeAgentAcp], inject('agentClis'))
  })
  afterAll(() => world.close())

  it(
    'every message is answered once or fails with its true reason; no process and no slot is lost',
    LIMIT,
    async () => {
      const { messages, model, machines } = world
      const ending = new AbortController()
      const striking = strikeAtRandom(world, new Dice(SEED), { pauseMs: STRIKE_PAUSE_MS, signal: ending.signal })
      const asked = await askAll(world, new Dice(SEED + 1))
      ending.abort()
      const blows = await striking
      const ended = ['COMPLETED', 'FAILED', 'CANCELLED']
      const deadline = performance.now() + WINDING_UP_MS
      while ((await messages.tasks()).some(({ status }) => !ended.includes(status)) && performance.now() < deadline) {
        await sleep(1000)
      }
      console.log(summary(await messages.tasks(), blows, asked.length))
      expect(await judge(asked, { messages, model, blows })).toEqual([])

      await fillAllSlots(world)
      await Promise.all(machines.map((machine) => machine.stop()))
      await until('all processes end', () => (machines.every((one) => one.processes().length === 0) ? true : null))
      await world.stopServer()
      expect(await verifyOutput({ dataDirectory: world.dataDirectory })).toMatch(EVERY_PROMISE_HOLDS)
    },
  )
})

/** Sends the messages, one after the other, to chats that the dice choose, with the trouble that they choose. */
async function askAll({ messages, model, clis, machines }: SoakWorld, dice: Dice): Promise<Asked[]> {
  const chats: { chatId: string; letters: string; count: number }[] = []
  for (const [n, cli] of clis.entries()) {
    const machine = machines[n % machines.length]
    const agentId = await messages.agent(cli.provider, machine?.runtimeOf(cli) ?? '')
    for (let chat = 0; chat < CHATS; chat++) {
      const letters = String.fromCharCode(65 + n, 65 + chat)
      chats.push({ letters, count: 0, chatId: await messages.chat(agentId, letters) })
    }
  }
  const asked: Asked[] = []
  for (let n = 0; n < MESSAGES; n++) {
    const chat = dice.of(chats)
    const marker = `#${chat.letters}${(chat.count += 1)}`
    const trouble = dice.of(TROUBLES)
    if (trouble !== null && trouble !== 'cancelled') model.fail(marker, trouble)
    const sent = await messages.send(chat.chatId, marker, dice.of(TEXTS))
    asked.push({ ...sent, trouble })
    await sleep(dice.below(2 * PAUSE_MS))
    if (trouble === 'cancelled') await messages.cancel(sent.taskId)
  }
  return asked
}

function summary(
  tasks: readonly { status: string; failure: { reason: string } | null }[],
  blows: readonly { name: string }[],
  messages: number,
): string {
  const counted = (names: readonly string[]) =>
    [...new Set(names)].map((name) => `${names.filter((one) => one === name).length} ${name}`).join(', ')
  const ends = tasks.map(({ status, failure }) => failure?.reason ?? status.toLowerCase())
  return `Seed ${SEED}: ${messages} messages, ${tasks.length} attempts: ${counted(ends)}. Struck by ${counted(blows.map(({ name }) => name))}.`
}
