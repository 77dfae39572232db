import { readdirSync, readFileSync } from 'node:fs'
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

it('nothing is inline, so that a strict content security policy allows the whole page', () => {
  const html = readFileSync(`${PAGE}index.html`, 'utf8')
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)| on\w+=/)
})

it('is a production build, even if a test process made it', () => {
  const scripts = readdirSync(`${PAGE}assets`).filter((name) => name.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(1)
  for (const name of scripts) {
    // What React's development form says when an effect or a key is wrong.
    expect([name, readFileSync(`${PAGE}assets/${name}`, 'utf8').includes('Each child in a list')]).toEqual([
      name,
      false,
    ])
  }
})
