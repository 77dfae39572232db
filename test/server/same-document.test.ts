import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DocumentNode } from 'graphql'
import { createSchema, createYoga } from 'graphql-yoga'
import { expect, it } from 'vitest'

it('Yoga gives the same document for the same text, which is how a repeated mutation is known', async () => {
  const documents: DocumentNode[] = []
  const yoga = createYoga<{ req: IncomingMessage; res: ServerResponse }>({
    schema: createSchema({ typeDefs: 'type Query { one: Int } type Mutation { two: Int }' }),
    plugins: [{ onExecute: ({ args }: { args: { document: DocumentNode } }) => void documents.push(args.document) }],
    logging: false,
  })
  for (const query of ['mutation { two }', 'mutation { two }', 'mutation M { two }']) {
    const body = JSON.stringify({ query })
    await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
  }
  expect(documents).toHaveLength(3)
  expect(documents[1]).toBe(documents[0])
  expect(documents[2]).not.toBe(documents[0])
})
