import { eraseConversationContent } from '../../use-cases/erase-conversation-content.js'
import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { REQUEST_ID } from '../descriptions.js'
import { id as idRule, key } from '../input-rules.js'
import { ConversationRef } from '../refs.js'

const EraseConversationContentPayloadRef = builder
  .objectRef<{ conversation: ConversationRow; eventsStillHoldingText: number }>('EraseConversationContentPayload')
  .implement({
    description: 'Result of `eraseConversationContent`.',
    fields: (t) => ({
      conversation: t.expose('conversation', {
        type: ConversationRef,
        description: 'The conversation after the erasure.',
      }),
      eventsStillHoldingText: t.exposeInt('eventsStillHoldingText', {
        description:
          "Number of the conversation's events that still hold text, because the log is append-only: reasons " +
          'given for a cancellation, a release or a reset, and error texts and custom failure reasons that older ' +
          'servers wrote to `TASK_FAILED`. The API no longer returns these texts.',
      }),
    }),
  })

builder.mutationField('eraseConversationContent', (t) =>
  t.fieldWithInput({
    type: EraseConversationContentPayloadRef,
    description:
      'Erases every text of a conversation permanently: messages, prompts, outputs, results, metadata, progress, ' +
      'error texts, custom failure reasons, and the titles of the chat session and its tasks. The log stays ' +
      'verifiable and records who erased the texts and when. Not erased: issue keys, work directories, session ' +
      "IDs, texts in the log (see `eventsStillHoldingText`), transcripts on the agents' machines, database " +
      'backups, and, for 48 hours, hashes of calls with a `requestId`. Refused with `ILLEGAL_TRANSITION` while a ' +
      'task of the conversation is queued, claimed or running. An erased task cannot be rerun. Requires an ' +
      '`ADMIN` or `ROOT` token.',
    authScopes: { admin: true },
    input: {
      conversationId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the conversation (`chat_...` or `issue_...`).',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, eraseConversationContent, input),
  }),
)
