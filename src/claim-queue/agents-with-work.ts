/**
 * SQL for the CTE `agents` of a recursive WITH, which follows a CTE `asked` (w, rt and the columns `more`): the agents that
 * have rows in this state on each runtime, found by one index probe each (a loose index scan). The last row of each runtime
 * has no agent. `state` is SQL.
 */
export function agentsWithWork(state: string, more: readonly string[] = []): string {
  const columns = (alias: string): string => ['w', 'rt', ...more].map((column) => `${alias}.${column}`).join(', ')
  return `agents AS (
     SELECT ${columns('a')}, (SELECT q."agentId" FROM dispatch q
       WHERE q."workspaceId" = a.w AND q."runtimeId" = a.rt AND q.state = ${state} ORDER BY q."agentId" LIMIT 1) AS agent
     FROM asked a
     UNION ALL
     SELECT ${columns('g')}, (SELECT q."agentId" FROM dispatch q
       WHERE q."workspaceId" = g.w AND q."runtimeId" = g.rt AND q.state = ${state} AND q."agentId" > g.agent
       ORDER BY q."agentId" LIMIT 1)
     FROM agents g WHERE g.agent IS NOT NULL
   )`
}
