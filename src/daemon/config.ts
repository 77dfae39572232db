/** The environment of agents: this process's environment without the daemon's own variables. */
export function agentEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_')))
}
