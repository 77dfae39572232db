import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { CliUnderTest } from './cli-under-test.js'
import type { AgentCli } from './clis/agent-cli.js'
import { expectedOf } from './expected.js'
import { SITUATIONS } from './situations/situations.js'
import type { SituationName } from './situations/situations.js'

const PINNED = new URL('packages/package.json', import.meta.url)

/** For what hangs. */
const LIMIT = { timeout: 600_000 }

/** AGENTS=short is for CI: those that need no patience. */
const QUICK: readonly SituationName[] = [
  'fresh, then resumed twice',
  'another machine and back',
  'transcript deleted',
  'broken history (400)',
  'CLI killed (kill -9)',
]
const PLAYED = process.env['AGENTS'] === 'short' ? QUICK : (Object.keys(SITUATIONS) as SituationName[])

/** All situations with one CLI, as it comes from the registry. */
export function describeCli(cli: AgentCli): void {
  describe(cli.name, () => {
    const clis = inject('agentClis')
    let underTest: CliUnderTest
    beforeAll(async () => (underTest = await CliUnderTest.open(cli, clis)))
    afterAll(() => underTest.close())

    it('is the pinned version', () => {
      const { dependencies } = JSON.parse(readFileSync(PINNED, 'utf8')) as { dependencies: Record<string, string> }
      const own = readFileSync(join(clis, 'node_modules', cli.package, 'package.json'), 'utf8')
      const { version } = JSON.parse(own) as { version: string }
      expect(version).toBe(dependencies[cli.package])
    })

    it.concurrent.for(PLAYED)('%s', LIMIT, async (name, { task, expect }) => {
      const { lines, log } = await underTest.play(SITUATIONS[name])
      task.meta.tested = { cli: cli.name, package: cli.package, lines }
      expect(lines, log).toEqual(expectedOf(name, cli.name, lines))
    })
  })
}
