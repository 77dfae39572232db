import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jsonLine } from './child-process.js'

/** Whether the session has a transcript; null if the store cannot be read. */
export type HasTranscript = (sessionId: string) => Promise<boolean | null>
/** Whether a message is the last user message in a session's transcript; null if it cannot be read. */
export type WasTold = (sessionId: string, message: string) => Promise<boolean | null>

/** The last JSON line of a session's transcript that holds a text; null if there is none, or if it cannot be read. */
export type LastLine = (sessionId: string, holding: string) => Promise<Record<string, unknown> | null>

/** A provider's store of transcripts. */
export interface Transcripts {
  has: HasTranscript
  wasTold: WasTold
  lastLine: LastLine
}

/** A CLI writes some messages in the user's name, such as a note about an interrupted turn. */
const LAST_MESSAGES = 3

/**
 * Claude Code stores projects/<folder>/<session>.jsonl. Versions derive the folder's name from the directory in
 * different ways, so all folders are searched.
 */
export function claudeTranscripts(configDirectory: string): Transcripts {
  const projects = join(configDirectory, 'projects')
  return transcripts(async (sessionId) => {
    const folders = await list(projects)
    if (folders === null) return null
    const name = `${sessionId}.jsonl`
    for (const folder of folders) {
      if ((await list(join(projects, folder)))?.includes(name)) return join(projects, folder, name)
    }
    return ''
  })
}

/** Codex stores sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl or .jsonl.zst. */
export function codexTranscripts(home: string): Transcripts {
  const sessions = join(home, 'sessions')
  return transcripts((sessionId) =>
    search(sessions, 3, (name) => name.startsWith('rollout-') && name.includes(`-${sessionId}.jsonl`)),
  )
}

/** `find` returns the path of a session's transcript, '' if there is none, and null if the store cannot be read. */
function transcripts(find: (sessionId: string) => Promise<string | null>): Transcripts {
  return {
    async has(sessionId) {
      const path = await find(sessionId)
      return path === null ? null : path !== ''
    },
    async lastLine(sessionId, holding) {
      const path = await find(sessionId)
      if (path === null || !path.endsWith('.jsonl')) return null
      const whole = await readFile(path, 'utf8').catch(() => '')
      const at = whole.lastIndexOf(holding)
      if (at === -1) return null
      const end = whole.indexOf('\n', at)
      return jsonLine(whole.slice(whole.lastIndexOf('\n', at) + 1, end === -1 ? undefined : end))
    },
    async wasTold(sessionId, message) {
      const path = await find(sessionId)
      if (path === null || path === '') return path === null ? null : false
      if (!path.endsWith('.jsonl')) return null
      const lines = (await readFile(path, 'utf8')).split('\n')
      const messages = lines.filter((line) => line.includes('"role":"user"') && !line.includes('"tool_result"'))
      return messages.slice(-LAST_MESSAGES).some((line) => line.includes(JSON.stringify(message).slice(1, -1)))
    },
  }
}

/** Searches the newest folders first, because their names are dates. */
async function search(directory: string, depth: number, matches: (name: string) => boolean): Promise<string | null> {
  const names = await list(directory)
  if (names === null) return null
  if (depth === 0) {
    const found = names.find(matches)
    return found === undefined ? '' : join(directory, found)
  }
  for (const name of names.toSorted().toReversed()) {
    const found = await search(join(directory, name), depth - 1, matches)
    if (found) return found
  }
  return ''
}

async function list(directory: string): Promise<string[] | null> {
  try {
    return await readdir(directory)
  } catch {
    return null
  }
}
