import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Reporter, TestModule } from 'vitest/node'
import { format } from 'prettier'
import { EXPECTED } from '../expected.js'
import type { SituationName } from '../situations/situations.js'
import { page } from './page.js'
import type { Tested } from './page.js'

const DOCUMENT = fileURLToPath(new URL('../../../docs/agents-tested.md', import.meta.url))
const PINNED = new URL('../packages/package.json', import.meta.url)

declare module 'vitest' {
  interface TaskMeta {
    /** The CLI that was tested, and what happened, a line each. */
    tested?: { cli: string; package: string; lines: string[] }
  }
}

/** Writes docs/agents-tested.md from what the run has seen. */
export class TableReporter implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const tested = tests.flatMap((test): Tested[] => {
      const meta = test.meta().tested
      if (!(test.name in EXPECTED) || meta === undefined) return []
      return [{ ...meta, situation: test.name as SituationName, isAsExpected: test.result().state === 'passed' }]
    })
    const { dependencies } = JSON.parse(readFileSync(PINNED, 'utf8')) as { dependencies: Record<string, string> }
    writeFileSync(DOCUMENT, await format(page(tested, dependencies), { parser: 'markdown', printWidth: 120 }))
  }
}
