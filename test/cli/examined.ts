import { expect } from 'vitest'
import type { Check } from '../../src/cli/doctor/check.js'
import { doctorCommand } from '../../src/cli/doctor-command.js'
import type { Settings } from '../../src/server/settings/config.js'
import { freePort } from '../support/free-port.js'
import { keptTerminal } from './baton.js'

/** What doctor says with these settings, in all and of one check. */
export async function examined(
  settings: Settings,
): Promise<{ status: number; checks: Check[]; of: (name: string) => string[] }> {
  const { terminal, written } = keptTerminal()
  const port = settings.PORT ?? String(await freePort())
  const status = await doctorCommand({ ...settings, PORT: port }, true, terminal)
  const { ok, checks } = JSON.parse(written()) as { ok: boolean; checks: Check[] }
  expect(ok).toBe(status === 0)
  return {
    status,
    checks,
    of: (name) => checks.filter((one) => one.name === name).map((one) => `${one.status} ${one.message}`),
  }
}
