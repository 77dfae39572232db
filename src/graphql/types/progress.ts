import type { TaskProgress } from '../../generated/prisma/client.js'
import type { Context } from '../context.js'
import { numberCursor, resolveConnection } from '../keyset-connection.js'
import type { Connection, PageArgs } from '../keyset-connection.js'
import { childSlice } from '../loaders/pages.js'
import type { ChildRows } from '../loaders/pages.js'
import { PROGRESS } from '../loaders/text-rows.js'
import { TaskProgressRef } from '../refs.js'

TaskProgressRef.implement({
  description: 'A progress entry that a run reported.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Sequence number within the task, at least 0, assigned by the daemon.' }),
    kind: t.exposeString('kind', {
      description: 'Kind of the entry, chosen by the daemon. Examples: `text`, `tool_use`.',
    }),
    text: t.exposeString('text', { description: 'Text of the entry.' }),
    at: t.expose('at', {
      type: 'DateTime',
      description: "Time of the entry by the daemon's clock, or the time of the report if the daemon sent none.",
    }),
  }),
})

const OF_TASK: ChildRows<TaskProgress> = {
  table: 'task_progress',
  parent: 'taskId',
  key: 'seq',
  texts: PROGRESS,
}

/** Returns the progress entries of a task, oldest first. */
export function progressOf(context: Context, taskId: string, args: PageArgs): Promise<Connection<TaskProgress>> {
  return resolveConnection(args, {
    order: 'asc',
    keyOf: (entry: TaskProgress) => entry.seq,
    parseCursor: numberCursor,
    rows: (slice) => childSlice(context.loaders, OF_TASK, taskId, slice),
  })
}
