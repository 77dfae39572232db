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
  description: 'The answer to a change of a task.',
  fields: (t) => ({ task: t.expose('task', { type: TaskRef, description: 'The task, as it is now.' }) }),
})

builder.mutationFields((t) => ({
  enqueueTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description: "Puts work on an issue into the queue. All an agent's work on one issue goes on in one conversation.",
    authScopes: { work: true },
    typeOptions: { description: 'What is to be done, by whom.' },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'By whom: agt_...' }),
      issueKey: t.input.string({ required: true, validate: key, description: "The tracker's key of the issue." }),
      title: t.input.string({ validate: title, description: 'What to call it, at most 1,000 characters.' }),
      prompt: t.input.string({ required: true, validate: prompt, description: 'What to do, at most 1 MB.' }),
      priority: t.input.int({ defaultValue: 0, validate: priority, description: PRIORITY }),
      maxAttempts: t.input.int({
        defaultValue: 2,
        validate: maxAttempts,
        description: 'How often to try in all, 1 to 20, where a failure may pass.',
      }),
      availableAt: t.input.field({ type: 'DateTime', validate: instant, description: 'Not before; null: now.' }),
      forceFreshSession: t.input.boolean({
        defaultValue: false,
        description: 'Start a new session, whatever there is.',
      }),
      forceFreshWorkDir: t.input.boolean({ defaultValue: false, description: 'Start in a new directory.' }),
      metadata: t.input.field({
        type: 'JSON',
        validate: json,
        description: 'Whatever is to go along with it; at most 256 KB.',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, enqueueTask, input),
  }),
  cancelTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description: 'Stops a task for good, waiting or running. Its daemon learns of it with its next heartbeat.',
    authScopes: { work: true },
    typeOptions: { description: 'Which task to stop.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      reason: t.input.string({ validate: reason, description: 'Why, for the history; at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, cancelTask, input),
  }),
  rerunTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description:
      "Does a task once more, as a new task on its agent's runtime. It may resume the session of that task, and no other. " +
      'Of a task that is CLAIMED or RUNNING, the new one waits until it has ended, and replaces its automatic retry. Of a ' +
      'task that is QUEUED: ILLEGAL_TRANSITION.',
    authScopes: { work: true },
    typeOptions: { description: 'Which task to do once more.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, rerunTask, input),
  }),
}))
