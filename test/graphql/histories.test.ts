import { expect, it } from 'vitest'

import { Api, servicesOver, textAt } from '../support/graphql.js'
import { countingDatabase } from '../support/counting-database.js'
import { claim, makeAgent, makeChat, makeRuntime, runNext, say } from '../support/graphql-world.js'
import { forEachDatabase } from '../support/test-database.js'
import { HistoryCost } from '../../src/graphql/history-cost.js'

forEachDatabase((open) => {
  it('a request reads and folds a conversation’s past once, for any number of positions and fields', async () => {
    const counted = countingDatabase(await open())
    const api = await Api.open(counted.database)
    const owner = api.as('ROOT')
    const runtime = await makeRuntime(owner)
    const chat = await makeChat(owner, await makeAgent(owner, runtime))
    for (let n = 0; n < 8; n++) {
      await say(owner, chat)
      await runNext(owner, runtime, `session-${n}`)
    }
    const at = Array.from({ length: 33 }, (_, n) => n)
    const fields = at.map(
      (n) =>
        `p${n}: pointer(at: "${n}") { sessionId position } b${n}: bindings(at: "${n}") { sessionId } e${n}: explainResume(at: "${n}") { sessionId }`,
    )
    counted.asked()
    const all = await owner.ask(`query ($id: ID!) { chatSession(id: $id) { ${fields.join(' ')} } }`, { id: chat })
    expect(counted.asked().filter((name) => name.startsWith('read_stream'))).toEqual(['read_stream_page'])
    for (const n of [0, 9, 20, 32]) {
      const one = `query ($id: ID!) { chatSession(id: $id) { ${fields[n] ?? ''} } }`
      const alone = (await owner.ask(one, { id: chat }))['chatSession'] as object
      expect(all['chatSession']).toMatchObject(alone)
    }
    expect(textAt(all, 'chatSession.p32.sessionId')).toMatch(/^session-\d$/)
  })

  it('claims continue while a long history is folded', async () => {
    const database = await open()
    const api = await Api.open(database)
    const owner = api.as('ROOT')
    const runtime = await makeRuntime(owner)
    const chat = await makeChat(owner, await makeAgent(owner, runtime))
    await say(owner, chat)
    const services = servicesOver(database)
    // Both places are taken, and nothing leaves them: a claim needs none.
    let leave: () => void = () => undefined
    const left = new Promise<void>((resolve) => (leave = resolve))
    const taken = [services.folds.run('a', () => left), services.folds.run('b', () => left)]
    const reader = api.through(services).as('VIEWER')
    const waiting = reader.ask('query ($id: ID!) { chatSession(id: $id) { pointer(at: "9") { position } } }', {
      id: chat,
    })
    expect(await claim(api.through(services).as('ROOT'), runtime)).toMatchObject({
      taskId: expect.any(String) as string,
    })
    leave()
    await Promise.all(taken)
    expect(await waiting).toMatchObject({ chatSession: { pointer: { position: expect.any(String) as string } } })
  })
})

forEachDatabase((open) => {
  it.each([
    [
      'decisions given with claims',
      'query ($id: ID!) { tasks(first: 5) { nodes { resume { reason } } } chatSession(id: $id) { id } }',
    ],
    ['a proof', 'query ($id: ID!) { verifyConversation(conversationId: $id) { ok } }'],
    ['a simulation', 'query ($id: ID!) { simulateResumePolicy(policy: {}) { claims } chatSession(id: $id) { id } }'],
  ])('%s: folded in the same queue as all histories, a few at a time, while claims continue', async (_what, query) => {
    const database = await open()
    const api = await Api.open(database)
    const owner = api.as('ROOT')
    const runtime = await makeRuntime(owner)
    const chat = await makeChat(owner, await makeAgent(owner, runtime))
    await say(owner, chat)
    await runNext(owner, runtime, 'session-1')
    await say(owner, chat)
    const services = servicesOver(database)
    let leave: () => void = () => undefined
    const left = new Promise<void>((resolve) => (leave = resolve))
    const taken = [services.folds.run('one', () => left), services.folds.run('other', () => left)]
    let isAnswered = false
    const waiting = api
      .through(services)
      .as('ROOT')
      .ask(query, { id: chat })
      .finally(() => (isAnswered = true))
    expect(await claim(owner, runtime)).toMatchObject({ taskId: expect.any(String) as string })
    expect(isAnswered).toBe(false)
    leave()
    await Promise.all(taken)
    expect(JSON.stringify(await waiting)).toMatch(/"ok":true|"claims":2|"reason"/)
  })
})

it('a request can read one long history, and several only within its cost limit', () => {
  const alone = new HistoryCost()
  alone.charge(1_000_000)
  expect(() => alone.charge(1)).toThrow(/1,000,001 events; the limit is 50,000/)
  const several = new HistoryCost()
  for (let n = 0; n < 5; n++) several.charge(10_000)
  expect(() => several.charge(10_000)).toThrow(
    expect.objectContaining({ extensions: expect.objectContaining({ code: 'QUERY_TOO_COMPLEX' }) as object }),
  )
  expect(several.events).toBe(50_000)
})
