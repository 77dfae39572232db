import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule, key } from '../input-rules.js'
import { toConversation } from '../loaders/rows.js'
import { ConversationRef, IssueThreadRef, NodeRef } from '../refs.js'

IssueThreadRef.implement({
  description: 'All work of one agent on one issue of an outside tracker.',
  interfaces: [NodeRef, ConversationRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'issue_...' }),
    issueKey: t.string({ description: "The tracker's key of the issue.", resolve: ({ issueKey }) => issueKey ?? '' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the first task on it was enqueued.' }),
  }),
})

builder.queryField('issueThread', (t) =>
  t.field({
    type: IssueThreadRef,
    nullable: true,
    description: "An agent's work on an issue; null where it has had none.",
    authScopes: { read: true },
    args: {
      agentId: t.arg.id({ required: true, validate: idRule, description: 'agt_...' }),
      issueKey: t.arg.string({ required: true, validate: key, description: "The tracker's key of the issue." }),
    },
    resolve: async (_root, { agentId, issueKey }, context) => {
      const { workspaceId } = callerOf(context)
      const row = await context.services.database.prisma.conversation.findUnique({
        where: { workspaceId_agentId_issueKey: { workspaceId, agentId, issueKey } },
      })
      return row === null ? null : toConversation(row)
    },
  }),
)
