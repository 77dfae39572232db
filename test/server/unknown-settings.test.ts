import { expect, it } from 'vitest'
import { VARIABLES } from '../../src/server/settings/variables.js'
import { unknownSettings } from '../../src/server/settings/unknown-settings.js'

const SETTINGS = Object.keys(VARIABLES)

it('a variable that is almost a setting is named, with the setting that it may be meant for', () => {
  expect(unknownSettings(['BATON_CLAIM_LEASE', 'PATH', 'BATON_LOGLEVEL', 'PORT'], SETTINGS)).toEqual([
    'BATON_CLAIM_LEASE is not a setting and is ignored. Did you mean BATON_CLAIM_LEASE_SECONDS?',
    'BATON_LOGLEVEL is not a setting and is ignored. Did you mean BATON_LOG_LEVEL?',
  ])
})

it('no setting, and nothing that Baton’s other programs read, is taken for a mistake', () => {
  expect(unknownSettings([...SETTINGS, 'BATON_URL', 'BATON_TOKEN'], SETTINGS)).toEqual([])
})
