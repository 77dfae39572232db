import { parse, print } from 'graphql'
import { expect, it } from 'vitest'
import { read } from '../support/docs-pages.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'

/** The placeholders of the README, each with what the answers so far have told of it. */
function filled(operation: string, told: string): string {
  const newest = (pattern: RegExp) => [...told.matchAll(pattern)].at(-1)?.[1] ?? ''
  return operation
    .replace('claimToken: "..."', `claimToken: "${newest(/"claimToken":"([^"]+)"/g)}"`)
    .replaceAll(/"(rt|agt|chat|task)_\.\.\."/g, (_, prefix: string) => `"${newest(RegExp(`"(${prefix}_\\w+)"`, 'g'))}"`)
}

it('the README’s operations from claim to resume work in their order', async () => {
  const [, block = ''] = /## From claim to resume\s+```graphql\n([\s\S]*?)```/.exec(read('README.md')) ?? []
  const operations = parse(block).definitions.map(print)
  const { url } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  let told = ''
  const carryOut = async (operation: string) => {
    const { data, errors } = await requestGraphQL(url, ADMIN_TOKEN, filled(operation, told))
    expect(errors).toEqual([])
    told += JSON.stringify(data)
  }
  for (const operation of operations) await carryOut(operation)
  expect(told).toMatch(/"outcome":"FRESH","reason":"NO_PRIOR_SESSION"/)
  expect(told).toMatch(/"status":"COMPLETED"/)

  const [message, claim] = ['sendChatMessage', 'claimTask'].map((name) => operations.find((one) => one.includes(name)))
  await carryOut(message ?? '')
  await carryOut((claim ?? '').replace('ask-1', 'ask-2'))
  expect(told).toMatch(/"priorSessionId":"4f1c...".*"outcome":"RESUME"/)
})
