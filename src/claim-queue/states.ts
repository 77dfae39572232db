/**
 * The state of claimable tasks: heads of their conversation's line, with no active task in the conversation. Statements
 * take it as a parameter, never as a literal. A literal lets the planner use the indexes of heads, and without statistics
 * (a new database, a queue that was empty until now) those look smallest: each claim then read every head of the workspace.
 */
export const CLAIMABLE = 'READY'

/**
 * SQL for the state of CLAIMED and RUNNING tasks, for look-ups by runtime or agent. It is a subquery, which hides the value
 * from the planner. A literal lets the planner use the index of held tasks, which looks smallest while few are held, and
 * reads all of them (1,100 us a start). Look-ups by conversation want that index, so they use the literal.
 */
export const HELD = `(SELECT 'HELD')`
