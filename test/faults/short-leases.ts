import { ADMIN_TOKEN } from '../support/server-process.js'

/** Settings under which leases run out while a server, or its database, is down. */
export const SHORT_LEASES = {
  BATON_ADMIN_TOKEN: ADMIN_TOKEN,
  BATON_CLAIM_LEASE_SECONDS: '4',
  BATON_RUN_LEASE_SECONDS: '4',
  BATON_SWEEP_INTERVAL_MS: '500',
  BATON_LOG_LEVEL: 'fatal',
}
