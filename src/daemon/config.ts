/** The environment that the agents get: this process's own, without what only concerns the daemon. */
export function agentEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_')))
}
