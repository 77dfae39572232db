import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Every page that people read, by its path from the root. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(`${PROJECT_ROOT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** @param path from the project's root. */
export function read(path: string): string {
  return readFileSync(`${PROJECT_ROOT}${path}`, 'utf8')
}
