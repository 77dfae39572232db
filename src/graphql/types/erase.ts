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
    description: 'The answer to eraseConversationContent.',
    fields: (t) => ({
      conversation: t.expose('conversation', { type: ConversationRef, description: 'The conversation, as it is now.' }),
      eventsStillHoldingText: t.exposeInt('eventsStillHoldingText', {
        description:
          'How many of its events hold words that the append-only log cannot give up: reasons given for a ' +
          'cancellation, a release or a reset, and what older servers put into TASK_FAILED: error texts, and failure ' +
          'reasons in a daemon’s own words. The API no longer shows them.',
      }),
    }),
  })

builder.mutationField('eraseConversationContent', (t) =>
  t.fieldWithInput({
    type: EraseConversationContentPayloadRef,
    description:
      'Erases every text of a conversation, for good: messages, prompts, outputs, results, metadata, progress, error ' +
      'texts, failure reasons in a daemon’s own words, and the titles of chat and tasks. The log stays whole and can be verified; an event says who erased, and ' +
      'when. Not erased: issue keys, work directories, session ids and what the log itself holds (see ' +
      'eventsStillHoldingText); the transcripts of the agents, which are on their own machines; backups of the ' +
      'database; and for 48 hours the hashes of calls that had a requestId. Refused with ILLEGAL_TRANSITION while a ' +
      'task of the conversation waits or runs. An erased task cannot be rerun.',
    authScopes: { admin: true },
    typeOptions: { description: 'Which conversation to erase the texts of.' },
    input: {
      conversationId: t.input.id({ required: true, validate: idRule, description: 'chat_... or issue_...' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, eraseConversationContent, input),
  }),
)
