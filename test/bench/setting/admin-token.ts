/** The ROOT token of the servers that are measured. */
export const ADMIN_TOKEN = 'baton_bench_admin_token'
