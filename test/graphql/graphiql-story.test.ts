import { parse, validate } from 'graphql'
import type { OperationDefinitionNode } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { graphiqlTabs } from '../../src/graphql/graphiql-tabs.js'
import { schema } from '../../src/graphql/schema.js'
import { forEachDatabase } from '../support/test-database.js'
import { Api, at, textAt } from '../support/graphql.js'
import type { Variables } from '../support/graphql.js'

const nameOf = (query: string): string => (parse(query).definitions[0] as OperationDefinitionNode).name?.value ?? ''

describe('the tabs that GraphiQL opens with', () => {
  it('query only what the API has', () => {
    expect(graphiqlTabs.flatMap(({ query }) => validate(schema, parse(query)))).toEqual([])
  })

  it('have lines that fit into a window of 1280 pixels', () => {
    const lines = graphiqlTabs.flatMap(({ query }) => query.split('\n'))
    expect(lines.filter((line) => line.length > 49)).toEqual([])
  })
})

forEachDatabase((open) => {
  let api: Api
  beforeAll(async () => {
    api = await Api.open(await open())
  })

  it('the tabs run a chat turn from left to right, if ids are copied as they say', async () => {
    const owner = api.as('ROOT')
    /** What the comments tell to copy, by the placeholder it replaces. */
    const copied = new Map<string, string>()
    const answers = new Map<string, Variables>()
    let followed: Variables[] = []
    for (const { query, variables } of graphiqlTabs) {
      const name = nameOf(query)
      const filled = [...copied].reduce(
        (text, [from, to]) => text.replaceAll(`"${from}"`, `"${to}"`),
        variables ?? '{}',
      )
      const given = JSON.parse(filled) as Variables
      if (query.includes('\nsubscription ')) {
        followed = await owner.follow(query, given, 3)
        continue
      }
      const answer = await owner.ask(query, given)
      answers.set(name, answer)
      const copy = (placeholder: string, path: string) => copied.set(placeholder, textAt(answer, path))
      if (name === 'RegisterRuntime') copy('rt_ from RegisterRuntime', 'registerRuntime.runtime.id')
      if (name === 'CreateAgent') copy('agt_ from CreateAgent', 'createAgent.agent.id')
      if (name === 'OpenChat') copy('chat_ from OpenChat', 'createChatSession.chatSession.id')
      if (name === 'Claim')
        copy('task_ from Claim', 'claimTask.task.id').set('from Claim', textAt(answer, 'claimTask.claimToken'))
    }
    expect(at(answers.get('Claim'), 'claimTask.resume.reason')).toBe('NO_PRIOR_SESSION')
    expect(at(answers.get('Pin'), 'pinTaskSession')).toEqual({
      accepted: true,
      task: { sessionId: 'session-1', workDir: '/home/me/project' },
    })
    expect(at(answers.get('History'), 'chatSession.messages.nodes')).toEqual([
      { role: 'USER', content: 'What does this repository do?' },
      { role: 'ASSISTANT', content: 'It hands tasks to agents.' },
    ])
    expect(at(answers.get('History'), 'chatSession.pointer')).toMatchObject({ sessionId: 'session-1' })
    expect(at(answers.get('History'), 'chatSession.events.nodes')).toContainEqual(
      expect.objectContaining({ payload: { decision: { outcome: 'FRESH', reason: 'NO_PRIOR_SESSION' } } }),
    )
    expect(followed.map((told) => at(told, 'sessionEvents.payload'))).toEqual([
      { __typename: 'ConversationOpened' },
      { __typename: 'MessagePosted', role: 'USER' },
      { __typename: 'TaskEnqueued' },
    ])
    expect(at(answers.get('ExplainResume'), 'chatSession')).toMatchObject({
      now: { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId: 'session-1', workDir: '/home/me/project' },
      neverResuming: { outcome: 'FRESH', reason: 'RESUME_DISABLED' },
      beforeAnything: { outcome: 'FRESH', reason: 'NO_PRIOR_SESSION', candidates: [] },
    })
  })
})
