import { FINDING_KINDS } from '../../event-log/verify/finding.js'
import type { Finding, FindingKind } from '../../event-log/verify/finding.js'
import { verifyConversation } from '../../use-cases/verify-conversation.js'
import type { Verification } from '../../use-cases/verify-conversation.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { unwrap } from '../errors.js'
import { id as idRule } from '../input-rules.js'

/** A damaged history has few causes, and the first findings show them. */
const MOST_FINDINGS = 100

const FindingKindRef = builder.enumType('VerificationFindingKind', {
  description: 'The guarantee of the log that is violated.',
  values: Object.fromEntries(
    Object.entries(FINDING_KINDS).map(([kind, description]) => [kind, { description }]),
  ) as Record<FindingKind, { description: string }>,
})

const FindingRef = builder.objectRef<Finding>('VerificationFinding').implement({
  description: 'A violated guarantee: where, what is expected and what was found.',
  fields: (t) => ({
    kind: t.expose('kind', { type: FindingKindRef, description: 'The guarantee that is violated.' }),
    position: t.expose('position', {
      type: 'Position',
      nullable: true,
      description:
        'Position of the violating event; for a database row, of the last event that it must agree with. Null if ' +
        'there is no such event.',
    }),
    version: t.exposeInt('version', {
      nullable: true,
      description: "Version of that event in the conversation's stream. Null if there is no such event.",
    }),
    taskId: t.exposeID('taskId', {
      nullable: true,
      description: 'ID of the task that the finding concerns (`task_...`). Null if it concerns none.',
    }),
    expected: t.exposeString('expected', { description: 'The expected value.' }),
    found: t.exposeString('found', { description: 'The value found.' }),
  }),
})

const VerificationRef = builder.objectRef<Verification>('ConversationVerification').implement({
  description: 'Result of verifying a conversation at one moment.',
  fields: (t) => ({
    ok: t.boolean({ description: 'Whether every guarantee holds.', resolve: ({ findings }) => findings.length === 0 }),
    events: t.int({ description: 'Number of events read.', resolve: ({ tally }) => tally.events }),
    claims: t.int({ description: 'Number of claims checked.', resolve: ({ tally }) => tally.claims }),
    decisionsRecomputed: t.int({
      description:
        'Number of claims whose decision was recomputed from the events before it. The other claims were ' +
        'imported without a decision, or follow events of a type that not every server knew.',
      resolve: ({ tally }) => tally.decisionsRecomputed,
    }),
    resumes: t.int({
      description: 'Number of claims that were offered a session.',
      resolve: ({ tally }) => tally.resumes,
    }),
    crossRuntimeResumes: t.int({
      description: 'Number of these claims whose session does not live on the claiming runtime. It must be 0.',
      resolve: ({ tally }) => tally.crossRuntimeResumes,
    }),
    unknownEvents: t.int({
      description: 'Number of events of a type that this server does not know. Claims after them start fresh.',
      resolve: ({ tally }) => tally.unknownEvents,
    }),
    findingCount: t.int({ description: 'Number of findings.', resolve: ({ findings }) => findings.length }),
    findings: t.field({
      type: [FindingRef],
      description: `The first ${MOST_FINDINGS} findings, in the order they were found.`,
      resolve: ({ findings }) => findings.slice(0, MOST_FINDINGS),
    }),
  }),
})

builder.queryField('verifyConversation', (t) =>
  t.field({
    type: VerificationRef,
    description:
      "Verifies a conversation's history: no event is missing or was edited, stored state equals the fold of the " +
      'events, and every recorded decision equals the one recomputed from the events before it. Requires an ' +
      '`ADMIN` or `ROOT` token.',
    authScopes: { admin: true },
    args: {
      conversationId: t.arg.id({
        required: true,
        validate: idRule,
        description: 'ID of the conversation (`chat_...` or `issue_...`).',
      }),
    },
    resolve: async (_root, { conversationId }, context) =>
      unwrap(await verifyConversation(context.services, callerOf(context), conversationId)),
  }),
)
