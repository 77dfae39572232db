import { Kind, parse } from 'graphql'
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

type Fields = Record<string, unknown>

/** The names of an answer's fields as a selection has them, first met first, each with what is asked within it. */
function asked(selections: SelectionSetNode[], document: DocumentNode): Map<string, SelectionSetNode[]> {
  const fields = new Map<string, SelectionSetNode[]>()
  for (const selection of selections.flatMap((set) => set.selections)) {
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value
      fields.set(name, [...(fields.get(name) ?? []), ...(selection.selectionSet ? [selection.selectionSet] : [])])
      continue
    }
    const set =
      selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragment(selection.name.value, document)
    for (const [name, within] of asked([set], document)) fields.set(name, [...(fields.get(name) ?? []), ...within])
  }
  return fields
}

function fragment(name: string, { definitions }: DocumentNode): SelectionSetNode {
  const found = definitions.find(
    (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
  )
  if (found === undefined) throw new Error(`There is no fragment ${name}.`)
  return found.selectionSet
}

/** The first object whose fields come in another order than they were asked for. */
function misplaced(value: unknown, selections: SelectionSetNode[], document: DocumentNode): string[] | null {
  if (Array.isArray(value)) return value.map((one) => misplaced(one, selections, document)).find(Boolean) ?? null
  if (typeof value !== 'object' || value === null || selections.length === 0) return null
  const fields = asked(selections, document)
  const names = Object.keys(value)
  const ordered = [...fields.keys()].filter((name) => names.includes(name))
  if (names.join() !== ordered.join()) return names
  const within = ordered.map((name) => misplaced((value as Fields)[name], fields.get(name) ?? [], document))
  return within.find((one) => one !== null) ?? null
}

const DOCUMENTS: [string, string][] = [
  [
    'a query whose fields take different times',
    `query { serverTimers { sweep heartbeat } runtimes(first: 3) { pageInfo { hasNextPage } nodes { queueDepth name id } }
      viewer { kind workspace { name id } name } queueStats { running queued } }`,
  ],
  [
    'a mutation whose parts are looked up',
    `mutation { createChatSession(input: { agentId: "AGENT" }) { chatSession {
      agent { runtime { name queueDepth id } name } title newestTask { id } id status } } }`,
  ],
  [
    'a mutation with fragments, aliases and a list',
    `mutation { sendChatMessage(input: { chatSessionId: "CHAT", content: "Go on." }) { task {
        waiting { ahead reasons blockedBy { id } } ...more status agent { name } resume { reason } } message { role id } } }
      fragment more on Task { where: runtime { name } conversation { title ... on ChatSession { status } id } prompt id }`,
  ],
  [
    'two mutations',
    `mutation { last: registerRuntime(input: { daemonId: "b", provider: "x" }) { runtime { queueDepth id name } }
      first: registerRuntime(input: { daemonId: "a", provider: "x" }) { runtime { name queueDepth id } } }`,
  ],
  [
    'a claim, which is one of two types',
    `mutation { claimTask(input: { runtimeId: "RUNTIME" }) { __typename ... on TaskClaim { leaseExpiresAt
        resume { runtime { queueDepth name } candidates { reason } policy { scope enabled } reason outcome }
        input { role content } task { prompt agent { name } id } claimToken }
      ... on NoTaskAvailable { retryAfterSeconds reasons } } }`,
  ],
  [
    'a mutation of which a part is refused',
    `mutation { bad: cancelTask(input: { taskId: "task_01kdxfbs74484q7d16q8h7g14t" }) { task { id } }
      good: registerRuntime(input: { daemonId: "a", provider: "x" }) { runtime { name queueDepth id } } }`,
  ],
]

describe('an answer', () => {
  let server: ServerProcess
  const ids = new Map<string, string>()

  async function ask(query: string): Promise<{ data: Fields }> {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
      body: JSON.stringify({ query }),
    })
    return (await response.json()) as { data: Fields }
  }

  async function made(query: string): Promise<string> {
    const { data } = await ask(query)
    return /"id":"(\w+)"/.exec(JSON.stringify(data))?.[1] ?? ''
  }

  beforeAll(async () => {
    server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
    const runtime = await made(
      'mutation { registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } } }',
    )
    const agent = await made(
      `mutation { createAgent(input: { name: "Ada", runtimeId: "${runtime}", maxConcurrentTasks: 50 }) { agent { id } } }`,
    )
    const chat = await made(`mutation { createChatSession(input: { agentId: "${agent}" }) { chatSession { id } } }`)
    ids.set('RUNTIME', runtime).set('AGENT', agent).set('CHAT', chat)
  })

  it.each(DOCUMENTS)(
    'of %s has the field order of its document, also when the document is cached',
    async (_what, text) => {
      const query = [...ids].reduce((before, [name, id]) => before.replaceAll(name, id), text)
      const document = parse(query)
      const { selectionSet } = document.definitions[0] as OperationDefinitionNode
      for (let time = 1; time <= 6; time++) {
        const { data } = await ask(query)
        expect(Object.values(data).some((value) => value !== null)).toBe(true)
        expect({ time, misplaced: misplaced(data, [selectionSet], document) }).toEqual({ time, misplaced: null })
      }
    },
  )
})
