import { expect, it } from 'vitest'
import { VARIABLES } from '../../src/server/settings/variables.js'
import { unknownSettings } from '../../src/server/settings/unknown-settings.js'

const SETTINGS = Object.keys(VARIABLES)

it('a misspelled setting is reported with the likely one', () => {
  expect(unknownSettings(['BATON_CLAIM_LEASE', 'PATH', 'BATON_LOGLEVEL', 'PORT'], SETTINGS)).toEqual([
    'BATON_CLAIM_LEASE is not a setting and is ignored. Did you mean BATON_CLAIM_LEASE_SECONDS?',
    'BATON_LOGLEVEL is not a setting and is ignored. Did you mean BATON_LOG_LEVEL?',
  ])
})

it('settings and variables of Baton’s other programs are not reported', () => {
  expect(unknownSettings([...SETTINGS, 'BATON_URL', 'BATON_TOKEN'], SETTINGS)).toEqual([])
})
