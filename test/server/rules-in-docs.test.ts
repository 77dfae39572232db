import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const rules = new Set(
  [...readFileSync(join(root, 'docs/rules.md'), 'utf8').matchAll(/^\| ([FDHI]\d+) +\|/gm)].map(([, rule]) => rule),
)
const CITED = /(?<![\w/#-])[FDHI]\d{1,2}(?![\w-])/g

/** The rules that TypeScript files under a folder name. */
function citedIn(folder: string): Set<string> {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('generated'),
  )
  return new Set(files.flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').match(CITED) ?? []))
}

it('docs/rules.md numbers the rules of fold, decision, handoff and invariants without a gap', () => {
  const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, n) => `${letter}${n + 1}`)
  expect([...rules]).toEqual([...numbered('F', 18), ...numbered('D', 9), ...numbered('H', 5), ...numbered('I', 11)])
})

it('every rule that the source cites is in docs/rules.md', () => {
  const cited = citedIn('src/session-pointer')
  expect(cited.size).toBeGreaterThan(20)
  expect([...cited].filter((rule) => !rules.has(rule))).toEqual([])
})

it('every rule in docs/rules.md has a test that cites it', () => {
  const tested = citedIn('test')
  expect([...rules].filter((rule) => rule !== undefined && !tested.has(rule))).toEqual([])
})
