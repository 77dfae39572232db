import type { TaskProgress } from '../../generated/prisma/client.js'
import type { Context } from '../context.js'
import { numberCursor, resolveConnection } from '../keyset-connection.js'
import type { Connection, PageArgs } from '../keyset-connection.js'
import { childSlice, noFilter } from '../loaders/pages.js'
import type { ChildRows } from '../loaders/pages.js'
import { PROGRESS } from '../loaders/text-rows.js'
import { TaskProgressRef } from '../refs.js'

TaskProgressRef.implement({
  description: 'One thing that a run reported while it went on.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Its number within the task, given by the daemon.' }),
    kind: t.exposeString('kind', {
      description: 'What sort of thing: the daemon’s own word, for example text or tool_use.',
    }),
    text: t.exposeString('text', { description: 'What there is to read.' }),
    at: t.expose('at', {
      type: 'DateTime',
      description: 'When it happened, by the clock of the daemon where it told.',
    }),
  }),
})

const OF_TASK: ChildRows<TaskProgress, number, object> = {
  table: 'task_progress',
  parent: 'taskId',
  key: 'seq',
  texts: PROGRESS,
}

/** What a task's run reported, oldest first. */
export function progressOf(context: Context, taskId: string, args: PageArgs): Promise<Connection<TaskProgress>> {
  return resolveConnection(args, {
    order: 'asc',
    keyOf: (entry: TaskProgress) => entry.seq,
    parseCursor: numberCursor,
    rows: (slice) => childSlice(context.loaders, OF_TASK, taskId, slice, noFilter({})),
  })
}
