import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('the types of all operations are those of schema.graphql', () => {
  const generate = fileURLToPath(new URL('../../.config/generate-operations.js', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [generate, '--check'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
