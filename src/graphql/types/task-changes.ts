import type { Task } from '../../generated/prisma/client.js'
import { cancelTask } from '../../use-cases/cancel-task.js'
import { enqueueTask } from '../../use-cases/enqueue-task.js'
import { rerunTask } from '../../use-cases/rerun-task.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { PRIORITY, REQUEST_ID } from '../descriptions.js'
import { id as idRule, instant, json, key, maxAttempts, priority, prompt, reason, title } from '../input-rules.js'
import { TaskRef } from '../refs.js'

export const TaskPayloadRef = builder.objectRef<{ task: Task }>('TaskPayload').implement({
  description: 'Result of a mutation that creates or changes a task.',
  fields: (t) => ({ task: t.expose('task', { type: TaskRef, description: 'The task after the change.' }) }),
})

builder.mutationFields((t) => ({
  enqueueTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description: 'Enqueues a task for work on an issue. All work of an agent on one issue shares one conversation.',
    authScopes: { work: true },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'ID of the agent (`agt_...`).' }),
      issueKey: t.input.string({
        required: true,
        validate: key,
        description: 'Key of the issue in its tracker, 1 to 512 characters. Example: `WEB-42`.',
      }),
      title: t.input.string({ validate: title, description: 'Title, 1 to 1,000 characters. Null: no title.' }),
      prompt: t.input.string({
        required: true,
        validate: prompt,
        description: 'Prompt for the agent, at most 1 MB. It must not be blank.',
      }),
      priority: t.input.int({ defaultValue: 0, validate: priority, description: PRIORITY }),
      maxAttempts: t.input.int({
        defaultValue: 2,
        validate: maxAttempts,
        description:
          'Maximum number of attempts, 1 to 20. 1 disables automatic retries, except those that wait for the ' +
          'provider account.',
      }),
      availableAt: t.input.field({
        type: 'DateTime',
        validate: instant,
        description: 'Earliest time of a claim. Null: immediately.',
      }),
      forceFreshSession: t.input.boolean({
        defaultValue: false,
        description: 'Whether the run must start a fresh provider session (`FORCED_FRESH`).',
      }),
      forceFreshWorkDir: t.input.boolean({
        defaultValue: false,
        description: 'Whether a fresh session starts in a new work directory. A resumed session keeps its own.',
      }),
      metadata: t.input.field({
        type: 'JSON',
        validate: json,
        description: 'Data to pass on to the daemon as JSON, at most 256 KB.',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, enqueueTask, input),
  }),
  cancelTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description:
      'Cancels a task that is queued, claimed or running. Its daemon learns of it from `claimSignals` or at the ' +
      'next heartbeat. Repeating the call changes nothing.',
    authScopes: { work: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'ID of the task to cancel (`task_...`).' }),
      reason: t.input.string({ validate: reason, description: 'Reason to record in the log, at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, cancelTask, input),
  }),
  rerunTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description:
      "Runs a task again as a new task on its agent's current runtime. The new task may resume only the session " +
      'of the original one. If the original task is `CLAIMED` or `RUNNING`, the new one waits for its end and ' +
      'replaces its automatic retry. A `QUEUED` task is refused with `ILLEGAL_TRANSITION`.',
    authScopes: { work: true },
    input: {
      taskId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the task to run again (`task_...`).',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, rerunTask, input),
  }),
}))
