import { beforeAll, beforeEach, expect, it } from 'vitest'
import { countingDatabase } from '../support/counting-database.js'
import type { CountingDatabase } from '../support/counting-database.js'
import { Api, at } from '../support/graphql.js'
import type { Client } from '../support/graphql.js'
import { claim, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { forEachDatabase } from '../support/test-database.js'

const POINTER = `sessionId workDir position runtime { id } binding { sessionId state lastTask { id } evidence { position } }`
const BINDING = `sessionId state workDir firstTask { id } lastTask { id } evidence { position type }`
const NOW = `pointer { ${POINTER} } bindings { ${BINDING} } explainResume { outcome basis sessionId candidates { evidence { position } } }`
/** Folded from the log, and not from what is stored with the conversation. */
const THEN = `pointer(at: $at) { ${POINTER} } bindings(at: $at) { ${BINDING} }
  explainResume(at: $at) { outcome basis sessionId candidates { evidence { position } } }`
const LIST = `query { chatSessions(first: 50) { nodes { id pointer { ${POINTER} } bindings { ${BINDING} } } } }`

interface Shown {
  id: string
  pointer: { sessionId: string; position: string }
  bindings: { sessionId: string }[]
}

forEachDatabase((open) => {
  let counted: CountingDatabase
  let owner: Client

  beforeAll(async () => {
    counted = countingDatabase(await open())
  })

  beforeEach(async () => {
    owner = (await Api.open(counted.database)).as('ROOT')
  })

  const act = (mutation: string, input: object) =>
    owner.ask(
      `mutation ($input: ${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { __typename } }`,
      { input },
    )

  /** A chat whose first run has ended, and whose second one has named another session. */
  async function aRunningChat(n: number): Promise<{ chat: string; runtime: string; held: object }> {
    const runtime = await makeRuntime(owner, `daemon-${n}`)
    const chat = await makeChat(owner, await makeAgent(owner, runtime))
    await say(owner, chat)
    await runNext(owner, runtime, `first-${n}`)
    await say(owner, chat)
    const held = await claim(owner, runtime)
    await act('startTask', held)
    await act('pinTaskSession', { ...held, sessionId: `second-${n}`, workDir: `/work/${n}` })
    return { chat, runtime, held }
  }

  it('what is told of now is what the log says, at every moment of a run', async () => {
    const { chat, runtime, held } = await aRunningChat(0)
    const sessionsNow = async (): Promise<string[]> => {
      const events = 'query ($id: ID!) { chatSession(id: $id) { events(last: 1) { nodes { position } } } }'
      const position = at(await owner.ask(events, { id: chat }), 'chatSession.events.nodes.0.position')
      const now = await owner.ask(`query ($id: ID!) { chatSession(id: $id) { ${NOW} } }`, { id: chat })
      const then = `query ($id: ID!, $at: Position) { chatSession(id: $id) { ${THEN} } }`
      expect(now).toEqual(await owner.ask(then, { id: chat, at: position }))
      return (at(now, 'chatSession.bindings') as { sessionId: string }[]).map(({ sessionId }) => sessionId)
    }
    expect(await sessionsNow()).toEqual(['second-0', 'first-0'])
    await act('completeTask', held)
    expect(await sessionsNow()).toEqual(['second-0', 'first-0'])
    await say(owner, chat)
    expect(await sessionsNow()).toEqual(['second-0', 'first-0'])
    const next = await claim(owner, runtime)
    expect(await sessionsNow()).toEqual(['second-0', 'first-0'])
    await act('startTask', { ...next, resumeResult: 'REFUSED' })
    const now = await owner.ask(`query ($id: ID!) { chatSession(id: $id) { ${NOW} } }`, { id: chat })
    expect(at(now, 'chatSession.pointer.sessionId')).toBe('first-0')
    expect(await sessionsNow()).toEqual(['second-0', 'first-0'])
    await act('cancelTask', { taskId: next.taskId })
    await act('pinTaskSession', { ...next, sessionId: 'late-0' })
    expect(await sessionsNow()).toEqual(['late-0', 'second-0', 'first-0'])
  })

  it('a list of conversations costs one statement more where stored states lag, however many do', async () => {
    const chats = []
    for (let n = 1; n <= 5; n++) chats.push(await aRunningChat(n))
    const asked = async (): Promise<{ shown: Map<string, Shown>; statements: string[] }> => {
      counted.asked()
      const nodes = at(await owner.ask(LIST), 'chatSessions.nodes') as Shown[]
      return { shown: new Map(nodes.map((node) => [node.id, node])), statements: counted.asked().toSorted() }
    }
    const lagging = await asked()
    for (const [n, { chat }] of chats.entries()) {
      expect(lagging.shown.get(chat)).toMatchObject({
        pointer: { sessionId: `second-${n + 1}`, runtime: { id: chats[n]?.runtime } },
        bindings: [{ sessionId: `second-${n + 1}` }, { sessionId: `first-${n + 1}` }],
      })
    }
    for (const { held } of chats) await act('completeTask', held)
    const current = await asked()
    expect(current.statements).not.toContain('read_events_behind')
    expect(lagging.statements).toEqual([...current.statements, 'read_events_behind'].toSorted())
  })
})
