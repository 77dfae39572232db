import { reportTaskProgress } from '../../use-cases/report-task-progress.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { CLAIMED_TASK, CLAIM_TOKEN } from '../descriptions.js'
import { id as idRule, instant, key, progressEntries, progressText, sequence } from '../input-rules.js'

const TaskProgressInputRef = builder.inputType('TaskProgressInput', {
  description: 'A progress entry of a run.',
  fields: (t) => ({
    seq: t.int({
      required: true,
      validate: sequence,
      description:
        'Sequence number within the task, at least 0. An entry with a number that the task already has is ignored.',
    }),
    kind: t.string({
      required: true,
      validate: key,
      description: 'Kind of the entry, chosen by the daemon, 1 to 512 characters. Examples: `text`, `tool_use`.',
    }),
    text: t.string({ required: true, validate: progressText, description: 'Text of the entry, at most 64 KB.' }),
    at: t.field({ type: 'DateTime', validate: instant, description: 'Time of the entry. Null: the time of the call.' }),
  }),
})

const ReportTaskProgressPayloadRef = builder
  .objectRef<{ accepted: number; lastSeq: number }>('ReportTaskProgressPayload')
  .implement({
    description: 'Result of `reportTaskProgress`.',
    fields: (t) => ({
      accepted: t.exposeInt('accepted', { description: 'Number of entries that were new.' }),
      lastSeq: t.exposeInt('lastSeq', { description: 'Highest `seq` of the task.' }),
    }),
  })

builder.mutationField('reportTaskProgress', (t) =>
  t.fieldWithInput({
    type: ReportTaskProgressPayloadRef,
    description:
      'Reports the progress of a run for users to watch. An entry sent twice is stored once. A task stores at ' +
      'most 10,000 entries and 16 MB; a report that exceeds this is refused with `BAD_USER_INPUT` on ' +
      '`input.entries`, and the run continues.',
    authScopes: { fleet: true },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: CLAIMED_TASK }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      entries: t.input.field({
        type: [TaskProgressInputRef],
        required: true,
        validate: progressEntries,
        description: 'The entries, 1 to 500.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, reportTaskProgress, input),
  }),
)
