-- What comes next joins all conversations with all tasks. Where nobody has gathered statistics, as after a restore, the planner
-- takes both for a handful: 100,000 of each took many minutes, and seconds with them.
ANALYZE "conversation";
ANALYZE "task";
