import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const PAGE = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url))
const MOST_BYTES = 250_000

/** What index.html names: scripts, styles and pictures. */
function namedIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].flatMap(([, path]) => path ?? [])
}

it('the first load is under 250 kB gzipped', () => {
  const html = readFileSync(`${PAGE}index.html`, 'utf8')
  const files = ['index.html', ...namedIn(html)]
  expect(files.length).toBeGreaterThan(3)
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(PAGE + file)).length, 0)
  expect(bytes).toBeLessThan(MOST_BYTES)
})

it('nothing is inline, so that a strict content security policy lets all of it through', () => {
  const html = readFileSync(`${PAGE}index.html`, 'utf8')
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)| on\w+=/)
})
