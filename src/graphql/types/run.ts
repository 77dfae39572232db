import type { Task } from '../../generated/prisma/client.js'
import { completeTask } from '../../use-cases/complete-task.js'
import { failTask } from '../../use-cases/fail-task.js'
import { pinTaskSession } from '../../use-cases/pin-task-session.js'
import { releaseTask } from '../../use-cases/release-task.js'
import { startTask } from '../../use-cases/start-task.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { CLAIMED_TASK, CLAIM_TOKEN, ENDING } from '../descriptions.js'
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
  description: 'What happened to the offered session.',
  values: {
    RESUMED: { description: 'The provider resumed the session.' },
    REFUSED: {
      description: 'The provider refused the session. The session is retired, and the run continues in a fresh one.',
    },
    NOT_ATTEMPTED: { description: 'The daemon did not try to resume the session, or none was offered.' },
  },
})

const PinTaskSessionPayloadRef = builder
  .objectRef<{ task: Task; accepted: boolean }>('PinTaskSessionPayload')
  .implement({
    description: 'Result of `pinTaskSession`.',
    fields: (t) => ({
      task: t.expose('task', { type: TaskRef, description: 'The task after the pin.' }),
      accepted: t.exposeBoolean('accepted', {
        description:
          'Whether the pin was accepted. False if the task has ended and a pin no longer changes it (F12, F13).',
      }),
    }),
  })

const FailTaskPayloadRef = builder.objectRef<{ task: Task; retry: Task | null }>('FailTaskPayload').implement({
  description: 'Result of `failTask`.',
  fields: (t) => ({
    task: t.expose('task', { type: TaskRef, description: 'The task, now `FAILED`.' }),
    retry: t.expose('retry', {
      type: TaskRef,
      nullable: true,
      description: 'The automatic retry of the task. Null if it is not retried.',
    }),
  }),
})

builder.mutationFields((t) => ({
  startTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description:
      'Starts the run of a claimed task. From then on, each heartbeat renews the claim for ' +
      '`serverTimers.runLease` seconds, unless the claim set `leaseSeconds`. A `sessionId` or `workDir` is ' +
      'pinned in the same transaction, as by `pinTaskSession`. Repeating the call changes nothing.',
    authScopes: { fleet: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: CLAIMED_TASK }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      resumeResult: t.input.field({
        type: ResumeResultRef,
        description: 'What happened to the offered session. Null: unknown.',
      }),
      sessionId: t.input.string({
        validate: sessionId,
        description: "ID of the run's provider session, at most 1 KB. Null: not known yet.",
      }),
      workDir: t.input.string({
        validate: workDir,
        description: 'Work directory of the run, at most 4 KB. Null: not known yet.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, startTask, input),
  }),
  pinTaskSession: t.fieldWithInput({
    type: PinTaskSessionPayloadRef,
    description:
      'Records the provider session and work directory of a run, so that they survive a crash. Call it as soon as ' +
      'one is known. At least one of `sessionId` and `workDir` is required. After a cancel, a pin still fills what the ' +
      'task lacks (F12). After the task has completed or failed it changes nothing (F13). If the server has ended the ' +
      'claim, the pin is refused with `STALE_CLAIM`.',
    authScopes: { fleet: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: CLAIMED_TASK }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      sessionId: t.input.string({
        validate: sessionId,
        description: "ID of the run's provider session, at most 1 KB. Null: unchanged.",
      }),
      workDir: t.input.string({
        validate: workDir,
        description: 'Work directory of the run, at most 4 KB. Null: unchanged.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, pinTaskSession, input),
  }),
  completeTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description:
      'Completes a run. The output of a chat turn becomes a message of the agent. Repeating the call changes nothing.',
    authScopes: { fleet: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: CLAIMED_TASK }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      output: t.input.string({ validate: output, description: "The agent's answer, at most 1 MB." }),
      result: t.input.field({
        type: 'JSON',
        validate: resultJson,
        description: 'Machine-readable result as JSON, at most 1 MB.',
      }),
      sessionId: t.input.string({ validate: sessionId, description: ENDING.sessionId }),
      workDir: t.input.string({ validate: workDir, description: ENDING.workDir }),
      retiredSessionId: t.input.string({ validate: sessionId, description: ENDING.retiredSessionId }),
      transcriptMissing: t.input.boolean({ defaultValue: false, description: ENDING.transcriptMissing }),
      usage: t.input.field({ type: UsageInputRef, description: 'What the run used. Null: unknown.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, completeTask, input),
  }),
  failTask: t.fieldWithInput({
    type: FailTaskPayloadRef,
    description:
      'Fails a run. The server classifies the failure once: this decides whether its session may be resumed and ' +
      'whether the task is retried. Repeating the call changes nothing.',
    authScopes: { fleet: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: CLAIMED_TASK }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      failureReason: t.input.string({
        required: true,
        validate: key,
        description:
          'Failure reason, 1 to 512 characters. Sections 4 and 5 of docs/rules.md list the reasons that affect ' +
          'resuming and retries. Example: `timeout`.',
      }),
      error: t.input.string({
        required: true,
        validate: errorText,
        description: 'Error text, at most 1 MB. The server stores the first 4 KB.',
      }),
      sessionId: t.input.string({ validate: sessionId, description: ENDING.sessionId }),
      workDir: t.input.string({ validate: workDir, description: ENDING.workDir }),
      retiredSessionId: t.input.string({ validate: sessionId, description: ENDING.retiredSessionId }),
      transcriptMissing: t.input.boolean({ defaultValue: false, description: ENDING.transcriptMissing }),
      usage: t.input.field({ type: UsageInputRef, description: 'What the run used. Null: unknown.' }),
      retryAt: t.input.field({
        type: 'DateTime',
        validate: instant,
        description:
          'Time when the account may work again, for failures of the account (`rate_limited`, `quota_exhausted`, ' +
          '`billing`, `authentication`). The task waits and the runtime cools down until then, for at most a ' +
          'day. Null: 15 minutes, doubling up to 4 hours. Ignored for other failures.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, failTask, input),
  }),
  releaseTask: t.fieldWithInput({
    type: TaskPayloadRef,
    description: 'Returns a claimed task that has not started to the queue. The task keeps its age and its place.',
    authScopes: { fleet: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: CLAIMED_TASK }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      reason: t.input.string({ validate: reason, description: 'Reason to record in the log, at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, releaseTask, input),
  }),
}))
