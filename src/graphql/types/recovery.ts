import type { Task } from '../../generated/prisma/client.js'
import { recoverOrphanedTasks } from '../../use-cases/recover-orphaned-tasks.js'
import { builder } from '../builder.js'
import { DaemonInstanceInputRef, INSTANCE } from './instance.js'
import { carryOut } from '../carry-out.js'
import { key, runtimeIds } from '../input-rules.js'
import { TaskRef } from '../refs.js'

const RecoverOrphanedTasksPayloadRef = builder
  .objectRef<{ failed: Task[]; retries: Task[] }>('RecoverOrphanedTasksPayload')
  .implement({
    description: 'The answer to recoverOrphanedTasks.',
    fields: (t) => ({
      failed: t.expose('failed', { type: [TaskRef], description: 'The tasks that nobody ran any more.' }),
      retries: t.expose('retries', { type: [TaskRef], description: 'The tasks that try them again.' }),
    }),
  })

builder.mutationField('recoverOrphanedTasks', (t) =>
  t.fieldWithInput({
    type: RecoverOrphanedTasksPayloadRef,
    description:
      'A daemon calls this when it starts: what an earlier process of it held is failed, and tried again where that is ' +
      'allowed.',
    authScopes: { fleet: true },
    typeOptions: { description: 'Whose tasks to recover.' },
    input: {
      daemonId: t.input.string({ required: true, validate: key, description: 'Who you are.' }),
      runtimeIds: t.input.idList({
        validate: runtimeIds,
        description: 'Only these runtimes, 1 to 100; null: all of yours.',
      }),
      instance: t.input.field({ type: DaemonInstanceInputRef, description: INSTANCE }),
    },
    resolve: (_root, { input }, context) => carryOut(context, recoverOrphanedTasks, input),
  }),
)
