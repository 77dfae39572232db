import type { Task } from '../../generated/prisma/client.js'
import { recoverOrphanedTasks } from '../../use-cases/recover-orphaned-tasks.js'
import { builder } from '../builder.js'
import { DaemonInstanceInputRef, INSTANCE } from './instance.js'
import { carryOut } from '../carry-out.js'
import { DAEMON_ID } from '../descriptions.js'
import { key, runtimeIds } from '../input-rules.js'
import { TaskRef } from '../refs.js'

const RecoverOrphanedTasksPayloadRef = builder
  .objectRef<{ failed: Task[]; retries: Task[] }>('RecoverOrphanedTasksPayload')
  .implement({
    description: 'Result of `recoverOrphanedTasks`.',
    fields: (t) => ({
      failed: t.expose('failed', { type: [TaskRef], description: 'The orphaned tasks, now `FAILED`.' }),
      retries: t.expose('retries', { type: [TaskRef], description: 'The retries of these tasks.' }),
    }),
  })

builder.mutationField('recoverOrphanedTasks', (t) =>
  t.fieldWithInput({
    type: RecoverOrphanedTasksPayloadRef,
    description:
      'Fails the tasks that an earlier process of the daemon held, with `runtime_recovery`, and retries them ' +
      'where the rules allow it. A daemon calls it when it starts.',
    authScopes: { fleet: true },
    input: {
      daemonId: t.input.string({ required: true, validate: key, description: DAEMON_ID }),
      runtimeIds: t.input.idList({
        validate: runtimeIds,
        description: 'IDs of the runtimes to recover (`rt_...`), 1 to 100. Null: all runtimes of the daemon.',
      }),
      instance: t.input.field({ type: DaemonInstanceInputRef, description: INSTANCE }),
    },
    resolve: (_root, { input }, context) => carryOut(context, recoverOrphanedTasks, input),
  }),
)
