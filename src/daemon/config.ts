/** The environment that the agents get: this process's own, without what only concerns the daemon. */
export function agentEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_')))
}

/** What may stand in the environment in place of an option: a token on the command line is seen by every user. */
export function environmentDefaults(): { url: string | undefined; token: string | undefined } {
  return { url: process.env.BATON_URL, token: process.env.BATON_TOKEN }
}
