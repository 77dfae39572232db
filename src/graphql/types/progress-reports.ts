import { reportTaskProgress } from '../../use-cases/report-task-progress.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { CLAIM_TOKEN } from '../descriptions.js'
import { id as idRule, instant, key, progressEntries, progressText, sequence } from '../input-rules.js'

const TaskProgressInputRef = builder.inputType('TaskProgressInput', {
  description: 'One thing that a run reports.',
  fields: (t) => ({
    seq: t.int({
      required: true,
      validate: sequence,
      description: 'Its number within the task: 0 or more, never used twice.',
    }),
    kind: t.string({ required: true, validate: key, description: 'What sort of thing, for example text or tool_use.' }),
    text: t.string({ required: true, validate: progressText, description: 'What there is to read, at most 64 KB.' }),
    at: t.field({ type: 'DateTime', validate: instant, description: 'When it happened; null: now.' }),
  }),
})

const ReportTaskProgressPayloadRef = builder
  .objectRef<{ accepted: number; lastSeq: number }>('ReportTaskProgressPayload')
  .implement({
    description: 'The answer to reportTaskProgress.',
    fields: (t) => ({
      accepted: t.exposeInt('accepted', { description: 'How many entries were new.' }),
      lastSeq: t.exposeInt('lastSeq', { description: 'The highest number that the task has now.' }),
    }),
  })

builder.mutationField('reportTaskProgress', (t) =>
  t.fieldWithInput({
    type: ReportTaskProgressPayloadRef,
    description:
      'What the run does while it goes on, for people to watch. An entry sent twice is kept once. A task keeps at most ' +
      '10,000 entries and 16 MB of them: a report beyond is BAD_USER_INPUT of input.entries, and the run goes on.',
    authScopes: { fleet: true },
    typeOptions: { description: 'What a run has to report.' },
    input: {
      taskId: t.input.id({ required: true, validate: idRule, description: 'task_...' }),
      claimToken: t.input.string({ required: true, validate: key, description: CLAIM_TOKEN }),
      entries: t.input.field({
        type: [TaskProgressInputRef],
        required: true,
        validate: progressEntries,
        description: '1 to 500 entries.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, reportTaskProgress, input),
  }),
)
