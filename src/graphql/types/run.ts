import type { Task } from '../../generated/prisma/client.js'
import { completeTask } from '../../use-cases/complete-task.js'
import { failTask } from '../../use-cases/fail-task.js'
import { pinTaskSession } from '../../use-cases/pin-task-session.js'
import { releaseTask } from '../../use-cases/release-task.js'
import { startTask } from '../../use-cases/start-task.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { CLAIM_TOKEN, ENDING } from '../descriptions.js'
import {
  errorText,
  id as idRule,
  instant,
  key,
  output,
  reason,
  resultJson,
  sessionId,
  workDir,
} from '../input-rules.js'
import { TaskRef } from '../refs.js'
import { TaskPayloadRef } from './task-changes.js'
import { UsageInputRef } from './usage.js'

export const ResumeResultRef = builder.enumType('ResumeResult', {
  description: 'What the provider made of the offered session.',
  values: {
    RESUMED: { description: 'It went on in it.' },
    REFUSED: { description: 'It did not accept it: the session is retired, and the run goes on in a fresh one.' },
    NOT_ATTEMPTED: { description: 'It was not tried.' },
  },
})

const PinTaskSessionPayloadRef = builder
  .objectRef<{ task: Task; accepted: boolean }>('PinTaskSessionPayload')
  .implement({
    description: 'The answer to pinTaskSession.',
    fields: (t) => ({
      task: t.expose('task', { type: TaskRef, description: 'The task, as it is now.' }),
      accepted: t.exposeBoolean('accepted', {
        description: 'false: the task is past the point where a pin may change it; nothing changed.',
      }),
    }),
  })

const FailTaskPayloadRef = builder.objectRef<{ task: Task; retry: Task | null }>('FailTaskPayload').implement({
  description: 'The answer to failTask.',
  fields: (t) => ({
    task: t.expose('task', { type: TaskRef, description: 'The task, FAILED.' }),
    retry: t.expose('retry', {
      type: TaskRef,
      nullable: true,
      description: 'The task that tries it again; null where it is not to be tried again.',
    }),
  }),
})

builder.mutationFields((t) => ({
  startTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description:
      'The run begins. From here on the claim is renewed by the run lease. With a session or a directory it also does ' +
      'what pinTaskSession does, in one commit. Sent again: the same answer, and nothing is pinned.',
    authScopes: { fleet: true },
    typeOptions: { description: 'Which run begins. resumeResult REFUSED: the offered session is retired.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      resumeResult: t.input.field({ type: ResumeResultRef, description: 'Whether the offered session was taken.' }),
      sessionId: t.input.string({
        validate: sessionId,
        description: "The provider's id of the session that the run is in, at most 1 KB; null: not known yet.",
      }),
      workDir: t.input.string({
        validate: workDir,
        description: 'The directory of the run, at most 4 KB; null: not known yet.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, startTask, input),
  }),
  pinTaskSession: t.fieldWithInput({
    type: PinTaskSessionPayloadRef,
    description: 'Tells which provider session the run is in, as soon as it is known: it then survives a crash.',
    authScopes: { fleet: true },
    typeOptions: { description: 'Which session a run is in.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      sessionId: t.input.string({
        validate: sessionId,
        description: "The provider's id, at most 1 KB; null: as it was.",
      }),
      workDir: t.input.string({ validate: workDir, description: 'The directory of the run, at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, pinTaskSession, input),
  }),
  completeTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description: 'The run ended well. The output of a chat turn becomes a message of the agent.',
    authScopes: { fleet: true },
    typeOptions: { description: 'What came of a run.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      output: t.input.string({ validate: output, description: 'What the agent answered, at most 1 MB.' }),
      result: t.input.field({ type: 'JSON', validate: resultJson, description: 'For programs to read; at most 1 MB.' }),
      sessionId: t.input.string({ validate: sessionId, description: ENDING.sessionId }),
      workDir: t.input.string({ validate: workDir, description: ENDING.workDir }),
      retiredSessionId: t.input.string({ validate: sessionId, description: ENDING.retiredSessionId }),
      transcriptMissing: t.input.boolean({ defaultValue: false, description: ENDING.transcriptMissing }),
      usage: t.input.field({ type: UsageInputRef, description: 'What the run used; null: not known.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, completeTask, input),
  }),
  failTask: t.fieldWithInput({
    type: FailTaskPayloadRef,
    description:
      'The run ended badly. The reason decides whether its session may be resumed, and whether it is retried.',
    authScopes: { fleet: true },
    typeOptions: { description: 'What went wrong in a run.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      failureReason: t.input.string({
        required: true,
        validate: key,
        description: 'The sort of failure, for example timeout.',
      }),
      error: t.input.string({
        required: true,
        validate: errorText,
        description: 'The error text; 4 KB of it are kept.',
      }),
      sessionId: t.input.string({ validate: sessionId, description: ENDING.sessionId }),
      workDir: t.input.string({ validate: workDir, description: ENDING.workDir }),
      retiredSessionId: t.input.string({ validate: sessionId, description: ENDING.retiredSessionId }),
      transcriptMissing: t.input.boolean({ defaultValue: false, description: ENDING.transcriptMissing }),
      usage: t.input.field({ type: UsageInputRef, description: 'What the run used; null: not known.' }),
      retryAt: t.input.field({
        type: 'DateTime',
        validate: instant,
        description:
          'Of a failure that is the account’s (rate_limited, quota_exhausted, billing, authentication): when it may work ' +
          'again. The turn waits and the runtime cools down until then, for a day at most. null: 15 minutes, doubling to ' +
          '4 hours. Other failures do not look at it.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, failTask, input),
  }),
  releaseTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description: 'Gives an unstarted claim back to the queue. The task keeps its age.',
    authScopes: { fleet: true },
    typeOptions: { description: 'Which claim to give back.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      reason: t.input.string({ validate: reason, description: 'Why, for the history; at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, releaseTask, input),
  }),
}))
