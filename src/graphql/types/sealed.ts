import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import { readSealed } from '../../event-log/sealed/sealed-stream.js'
import { builder } from '../builder.js'
import { byKey } from '../loaders/by-key.js'

/** What stays of sealed conversations, by their ids. */
export const sealedByConversation = byKey<SealedStream>(
  async ({ services, workspaceId }, ids) => [...(await readSealed(services.database.reads, workspaceId, ids)).values()],
  ({ conversationId }) => conversationId,
)

export const SealedHistoryRef = builder.objectRef<SealedStream>('SealedHistory').implement({
  description:
    'The part of a conversation’s history that has left the database for an archive file, with its tasks, messages and ' +
    'texts. Ids of these are not found any more. An operator brings it back with: baton restore-conversation ID',
  fields: (t) => ({
    throughVersion: t.exposeInt('throughVersion', {
      description: 'Events 1 to this version are in the file; later ones are here.',
    }),
    digest: t.exposeString('digest', { description: 'Of the event of that version, which covers all before it.' }),
    exportDigest: t.exposeString('exportDigest', {
      description: "Of the file's lines, as they are before compression: SHA-256, base64url.",
    }),
    file: t.string({
      description: 'The file with the events, in the archive directory.',
      resolve: ({ file }) => `${file}.events.jsonl.gz`,
    }),
    sealedAt: t.expose('sealedAt', { type: 'DateTime', description: 'When it was sealed.' }),
  }),
})
