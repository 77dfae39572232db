import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { id as idRule, key } from '../input-rules.js'
import { toConversation } from '../loaders/rows.js'
import { ConversationRef, IssueThreadRef, NodeRef } from '../refs.js'

IssueThreadRef.implement({
  description: 'The work of one agent on one issue of an external tracker.',
  interfaces: [NodeRef, ConversationRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the issue thread. Example: `issue_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    issueKey: t.string({
      description: 'Key of the issue in its tracker. Example: `WEB-42`.',
      resolve: ({ issueKey }) => issueKey ?? '',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'Time when the first task of the thread was enqueued.',
    }),
  }),
})

builder.queryField('issueThread', (t) =>
  t.field({
    type: IssueThreadRef,
    nullable: true,
    description: "An agent's thread on an issue. Null if the agent has no task on it.",
    authScopes: { read: true },
    args: {
      agentId: t.arg.id({ required: true, validate: idRule, description: 'ID of the agent (`agt_...`).' }),
      issueKey: t.arg.string({
        required: true,
        validate: key,
        description: 'Key of the issue in its tracker. Example: `WEB-42`.',
      }),
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
