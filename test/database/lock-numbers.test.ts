import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { PROJECT_ROOT, read } from '../support/docs-pages.js'

/** Where each number of an advisory lock may stand. Two locks with one number make strangers wait for each other: imports once stopped claims. */
const LOCKS = {
  7238460112: ['database/migrate.ts'],
  7238460113: ['use-cases/bootstrap.ts'],
  7238460114: [
    'use-cases/transaction/decision-barrier.ts',
    'use-cases/transaction/load-claims.sql',
    'use-cases/transaction/load-conversations.sql',
  ],
  7238460115: ['use-cases/transaction/load-claims.sql', 'use-cases/transaction/write.sql'],
  7238460116: ['import/target/imported-rows.ts'],
  7238460117: ['use-cases/register-runtime.ts'],
}

it('each advisory lock has its own number', () => {
  const found: Record<string, Set<string>> = {}
  for (const file of readdirSync(`${PROJECT_ROOT}src`, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:ts|sql)$/.test(file)) continue
    for (const [number] of read(`src/${file}`)
      .replaceAll('_', '')
      .matchAll(/\b72384601\d\d\b/g)) {
      ;(found[number] ??= new Set()).add(file)
    }
  }
  expect(Object.fromEntries(Object.entries(found).map(([number, files]) => [number, [...files].toSorted()]))).toEqual(
    LOCKS,
  )
})
