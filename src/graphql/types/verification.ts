import { FINDING_KINDS } from '../../event-log/verify/finding.js'
import type { Finding, FindingKind } from '../../event-log/verify/finding.js'
import { verifyConversation } from '../../use-cases/verify-conversation.js'
import type { Verification } from '../../use-cases/verify-conversation.js'
import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { unwrap } from '../errors.js'
import { id as idRule } from '../input-rules.js'

/** A damaged history has few causes: the first findings name them. */
const MOST_FINDINGS = 100

const FindingKindRef = builder.enumType('VerificationFindingKind', {
  description: 'Which promise of the log is broken.',
  values: Object.fromEntries(
    Object.entries(FINDING_KINDS).map(([kind, description]) => [kind, { description }]),
  ) as Record<FindingKind, { description: string }>,
})

const FindingRef = builder.objectRef<Finding>('VerificationFinding').implement({
  description: 'One broken promise: where it shows, what should be there and what is.',
  fields: (t) => ({
    kind: t.expose('kind', { type: FindingKindRef, description: 'Which promise is broken.' }),
    position: t.expose('position', {
      type: 'Position',
      nullable: true,
      description: 'Of the event where it shows; for a row, of the last event that it must agree with.',
    }),
    version: t.exposeInt('version', {
      nullable: true,
      description: "The place of that event in the conversation's history.",
    }),
    taskId: t.exposeID('taskId', { nullable: true, description: 'The task that it is about.' }),
    expected: t.exposeString('expected', { description: 'What should be there.' }),
    found: t.exposeString('found', { description: 'What is there.' }),
  }),
})

const VerificationRef = builder.objectRef<Verification>('ConversationVerification').implement({
  description: 'What a proof of a conversation found. All of it is about one moment.',
  fields: (t) => ({
    ok: t.boolean({ description: 'Every promise holds.', resolve: ({ findings }) => findings.length === 0 }),
    events: t.int({ description: 'Events that were read.', resolve: ({ tally }) => tally.events }),
    claims: t.int({ description: 'Claims that were examined.', resolve: ({ tally }) => tally.claims }),
    decisionsRecomputed: t.int({
      description:
        'Claims whose decision was recomputed from the events before them. The others were imported without a ' +
        'decision, or were made among events of types that not every server knows.',
      resolve: ({ tally }) => tally.decisionsRecomputed,
    }),
    resumes: t.int({ description: 'Claims that were offered a session.', resolve: ({ tally }) => tally.resumes }),
    crossRuntimeResumes: t.int({
      description: 'Of these, offered a session that does not live on the claiming runtime: it must be 0.',
      resolve: ({ tally }) => tally.crossRuntimeResumes,
    }),
    unknownEvents: t.int({
      description: 'Events of types that this server does not know: claims after them start fresh.',
      resolve: ({ tally }) => tally.unknownEvents,
    }),
    findingCount: t.int({ description: 'Broken promises.', resolve: ({ findings }) => findings.length }),
    findings: t.field({
      type: [FindingRef],
      description: `The broken promises in the order they were found: the first ${MOST_FINDINGS}.`,
      resolve: ({ findings }) => findings.slice(0, MOST_FINDINGS),
    }),
  }),
})

builder.queryField('verifyConversation', (t) =>
  t.field({
    type: VerificationRef,
    description:
      "Proves a conversation's history: that nothing of it is missing or was edited, that all else which is shown is " +
      'what it folds to, and that every recorded decision is the one that the events before it give. ADMIN only.',
    authScopes: { admin: true },
    args: {
      conversationId: t.arg.id({
        required: true,
        validate: idRule,
        description: 'A chat session or an issue thread: chat_... or issue_...',
      }),
    },
    resolve: async (_root, { conversationId }, context) =>
      unwrap(await verifyConversation(context.services, callerOf(context), conversationId)),
  }),
)
