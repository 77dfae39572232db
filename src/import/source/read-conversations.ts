import { escapeLiteral } from 'pg'
import { groupedRows } from './grouped-rows.js'
import type { Source } from './open-source.js'
import type { SourceChat, SourceConversation, SourceMessage, SourceTask, SourceThread } from './source-rows.js'

/** Compares by bytes, as the source's query does. */
const ordered = (column: string): string => `${column}::text COLLATE "C"`

/**
 * Every conversation of a workspace with all its rows: chats, then threads. It merges three sorted scans, so that the
 * source needs no index, and memory holds one conversation and a few batches.
 */
export async function* readConversations(source: Source, workspaceId: string): AsyncGenerator<SourceConversation> {
  yield* readChats(source, escapeLiteral(workspaceId))
  yield* readThreads(source, escapeLiteral(workspaceId))
}

async function* readChats(source: Source, workspace: string): AsyncGenerator<SourceConversation> {
  const chats = source.each<SourceChat>(
    `SELECT ${source.select('chat_session', 'c')}, ${source.select('channel_chat_session_binding', 'b')} FROM chat_session c
       ${source.has('channel_chat_session_binding') ? 'LEFT JOIN channel_chat_session_binding b ON b.chat_session_id = c.id' : ''}
     WHERE c.workspace_id = ${workspace}
     ORDER BY ${ordered('c.id')}`,
  )
  const tasks = groupedRows(
    source.each<SourceTask>(
      `SELECT ${source.select('agent_task_queue', 't')} FROM agent_task_queue t
         JOIN chat_session c ON c.id = t.chat_session_id
       WHERE c.workspace_id = ${workspace} ORDER BY ${ordered('t.chat_session_id')}`,
    ),
    ({ chatSessionId }) => chatSessionId ?? '',
  )
  const messages = groupedRows(
    source.each<SourceMessage>(
      `SELECT ${source.select('chat_message', 'm')} FROM chat_message m JOIN chat_session c ON c.id = m.chat_session_id
       WHERE c.workspace_id = ${workspace} ORDER BY ${ordered('m.chat_session_id')}`,
    ),
    ({ chatSessionId }) => chatSessionId,
  )
  for await (const chat of chats) {
    yield { chat, thread: null, tasks: await tasks.of(chat.id), messages: await messages.of(chat.id) }
  }
}

async function* readThreads(source: Source, workspace: string): AsyncGenerator<SourceConversation> {
  const rows = source.each<SourceTask & Omit<SourceThread, 'agentId' | 'issueId'>>(
    `SELECT ${source.select('agent_task_queue', 't')}, ${source.select('issue', 'i')} FROM agent_task_queue t
       JOIN agent a ON a.id = t.agent_id JOIN issue i ON i.id = t.issue_id
     WHERE t.chat_session_id IS NULL AND a.workspace_id = ${workspace} AND i.workspace_id = ${workspace}
     ORDER BY ${ordered('t.agent_id')}, ${ordered('t.issue_id')}`,
  )
  let thread: SourceThread | null = null
  let tasks: SourceTask[] = []
  for await (const { issueNumber, issueTitle, issueDescription, ...task } of rows) {
    const { agentId, issueId } = task
    if (issueId === null) continue
    if (thread !== null && (thread.agentId !== agentId || thread.issueId !== issueId)) {
      yield { chat: null, thread, tasks, messages: [] }
      tasks = []
    }
    thread = { agentId, issueId, issueNumber, issueTitle, issueDescription }
    tasks.push(task)
  }
  if (thread !== null) yield { chat: null, thread, tasks, messages: [] }
}
