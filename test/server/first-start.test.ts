import { statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'

const SECRET = /baton_[\w-]{40,}/g
const VIEWER = '{ viewer { kind workspace { name } } }'

it('the very first start creates a ROOT token and shows it once, with GraphiQL’s address; later starts show the address', async () => {
  const dataDirectory = emptyDirectory()
  const first = await startServer({ dataDirectory })
  const [token, ...others] = first.output.stdout.match(SECRET) ?? []
  expect(others).toEqual([])
  expect(first.output.stdout).toContain(`GraphiQL     ${first.url}/graphql`)
  const viewer = { kind: 'ROOT', workspace: { name: 'Default' } }
  expect(await requestGraphQL(first.url, token ?? '', VIEWER)).toMatchObject({ data: { viewer } })
  expect(await first.stop()).toBe(0)

  const second = await startServer({ dataDirectory })
  expect(second.output.stdout).toContain(`GraphiQL     ${second.url}/graphql`)
  expect(second.output.stdout + second.output.stderr).not.toMatch(SECRET)
  expect(await requestGraphQL(second.url, token ?? '', VIEWER)).toMatchObject({ data: { viewer } })
})

it('a configured token is used, and none is created or shown', async () => {
  const { url, output } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  expect(await requestGraphQL(url, ADMIN_TOKEN, VIEWER)).toMatchObject({ data: { viewer: { kind: 'ROOT' } } })
  expect(output.stdout + output.stderr).not.toMatch(SECRET)
  expect(output.stdout + output.stderr).not.toContain(ADMIN_TOKEN)
})

it('only its user can read the data directory', async () => {
  const { dataDirectory } = await startServer({ dataDirectory: `${emptyDirectory()}/made/here` })
  expect(statSync(dataDirectory).mode & 0o077).toBe(0)
})
