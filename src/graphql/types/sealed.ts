import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import { readSealed } from '../../event-log/sealed/sealed-stream.js'
import { builder } from '../builder.js'
import { byKey } from '../loaders/by-key.js'

/** The database's records of sealed conversations, by conversation ID. */
export const sealedByConversation = byKey<SealedStream>(
  async ({ services, workspaceId }, ids) => [...(await readSealed(services.database.reads, workspaceId, ids)).values()],
  ({ conversationId }) => conversationId,
)

export const SealedHistoryRef = builder.objectRef<SealedStream>('SealedHistory').implement({
  description:
    "The part of a conversation's history that was moved from the database to an archive file, with its tasks, " +
    'messages and texts. Their IDs are no longer found. An operator restores it with `baton restore-conversation ' +
    'ID`.',
  fields: (t) => ({
    throughVersion: t.exposeInt('throughVersion', {
      description: 'Version of the last event in the file. Later events are in the database.',
    }),
    digest: t.exposeString('digest', {
      description: 'Digest of the event at `throughVersion`. It covers all earlier events of the conversation.',
    }),
    exportDigest: t.exposeString('exportDigest', {
      description: "SHA-256 digest of the file's uncompressed lines, base64url.",
    }),
    file: t.string({
      description: 'Name of the file with the events, in the archive directory.',
      resolve: ({ file }) => `${file}.events.jsonl.gz`,
    }),
    sealedAt: t.expose('sealedAt', { type: 'DateTime', description: 'Time of sealing.' }),
  }),
})
