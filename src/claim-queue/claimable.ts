/**
 * The state of entries that a claim may take: heads of their conversation's line, with nothing of it under way. Statements
 * take it as a parameter and never as a literal. From a literal the planner concludes that the indexes of heads may serve, and
 * without statistics (a new database, a queue that was empty until now) they look smallest: each claim then read every
 * head of the workspace.
 */
export const CLAIMABLE = 'READY'
