/** Nothing ends by itself, neither while the database is made nor when a later build starts on it. */
export const OF_THE_RELEASE = {
  BATON_ADMIN_TOKEN: 'baton_test_admin_token',
  BATON_CLAIM_LEASE_SECONDS: '3600',
  BATON_RUN_LEASE_SECONDS: '3600',
  BATON_SWEEP_INTERVAL_MS: '3600000',
}
