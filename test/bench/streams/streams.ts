import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bench, BenchResult } from '../bench.js'
import type { QueryLoad } from '../load/query-process.js'
import type { FollowAnswer, FollowOrder } from '../load/follow-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import { startAsked } from '../setting/asked-process.js'
import { cpuMicroseconds } from '../setting/cpu-time.js'
import { Owner, registerFleet } from '../setting/fleet.js'

const QUERY_PROCESS = fileURLToPath(new URL('../load/query-process.ts', import.meta.url))
const FOLLOW_PROCESS = fileURLToPath(new URL('../load/follow-process.ts', import.meta.url))
const LEVELS = [0, 300, 2_000]
/** One person who writes a message ten times a second. */
const EVERY_MS = 100
const FIGURES = ['rate', 'p50', 'p99', 'cpu', 'told'] as const
/** Until the streams of one round are closed and those of the next are open. */
const BETWEEN_MS = 1_000

const OPEN = `mutation ($agentId: ID!) { createChatSession(input: { agentId: $agentId, title: "Chat" }) { chatSession { id } } }`
const SAY = `mutation ($id: ID!) { sendChatMessage(input: { chatSessionId: $id, content: "Fix the login." }) { task { id } } }`

export const streams: Bench = {
  about: 'sendChatMessage while sessionEvents streams are told of each event',
  async run(setting): Promise<BenchResult> {
    const seconds = setting.quick ? 3 : 10
    const { url, child } = await setting.server(await setting.database('migrated'), { BATON_STREAMS_PER_TOKEN: '0' })
    const { agents } = await registerFleet(url, { name: 'streams', daemons: 1, agents: [1000] })
    const owner = new Owner(url)
    const made = await owner.ask<{ createChatSession: { chatSession: { id: string } } }>(OPEN, { agentId: agents[0] })
    owner.close()
    const variables = { id: made.createChatSession.chatSession.id }
    const writer = startAsked<QueryLoad, Worked>(QUERY_PROCESS)
    const followers = startAsked<FollowOrder, FollowAnswer>(FOLLOW_PROCESS)
    setting.atEnd(() => Promise.all([writer.stop(), followers.stop()]))
    const write = (forSeconds: number) =>
      writer.ask({
        url,
        token: ADMIN_TOKEN,
        query: SAY,
        variables,
        connections: 1,
        seconds: forSeconds,
        everyMs: EVERY_MS,
      })
    setting.tell('warming up')
    await write(seconds)
    const contestants = LEVELS.map((level): Contestant => ({
      name: nameOf(level),
      async prepare() {
        await followers.ask({ url, token: ADMIN_TOKEN, streams: level })
        await sleep(BETWEEN_MS)
      },
      async measure() {
        const [cpu, events] = [cpuMicroseconds(child.pid), (await followers.ask({})).events]
        const { total, rate, p50, p99 } = await write(seconds)
        const told = (await followers.ask({})).events - events
        return { rate, p50, p99, cpu: (cpuMicroseconds(child.pid) - cpu) / total, told: told / total }
      },
    }))
    const measured = await alternate(contestants, setting.quick ? 1 : 3, setting.tell)
    return {
      tables: [
        {
          title: `sendChatMessage by one person, ${1_000 / EVERY_MS} a second`,
          columns: ['streams', 'a second', 'p50 ms', 'p99 ms', 'server CPU µs a message', 'events told a message'],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
      ],
      goals: [],
      figures: measured.figures(),
    }
  },
}

function nameOf(level: number): string {
  return level === 0 ? 'none' : level.toLocaleString('en')
}
