/**
 * The state of what a claim may take: heads of their conversation's line, with nothing of it under way. Statements
 * take it as a parameter and never as a literal. From a literal the planner concludes that the indexes of heads may serve, and
 * without statistics (a new database, a queue that was empty until now) they look smallest: each claim then read every
 * head of the workspace.
 */
export const CLAIMABLE = 'READY'

/**
 * SQL for the state of what is CLAIMED or RUNNING, where rows are sought by their runtime or agent. A subquery, which the planner
 * does not look into: from a literal it concludes that the index of held tasks may serve, which looks smallest while few are held,
 * and reads all that are (1,100 us a start). By conversation it does serve, and the literal stands.
 */
export const HELD = `(SELECT 'HELD')`
