import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** null: the store cannot be read, so nothing is known. */
export type HasTranscript = (sessionId: string) => Promise<boolean | null>

/**
 * Claude Code keeps projects/<folder>/<session>.jsonl. How the folder's name is made of the directory has changed from
 * version to version, so all folders are looked through.
 */
export function claudeTranscripts(configDirectory: string): HasTranscript {
  const projects = join(configDirectory, 'projects')
  return async (sessionId) => {
    const folders = await list(projects)
    if (folders === null) return null
    for (const folder of folders) {
      if ((await list(join(projects, folder)))?.includes(`${sessionId}.jsonl`)) return true
    }
    return false
  }
}

/** Codex keeps sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl, or .jsonl.zst. */
export function codexTranscripts(home: string): HasTranscript {
  const sessions = join(home, 'sessions')
  return async (sessionId) => {
    const found = await search(
      sessions,
      3,
      (name) => name.startsWith('rollout-') && name.includes(`-${sessionId}.jsonl`),
    )
    return found
  }
}

/** Newest first: names are dates. */
async function search(directory: string, depth: number, matches: (name: string) => boolean): Promise<boolean | null> {
  const names = await list(directory)
  if (names === null) return null
  if (depth === 0) return names.some(matches)
  for (const name of names.toSorted().toReversed()) {
    if (await search(join(directory, name), depth - 1, matches)) return true
  }
  return false
}

async function list(directory: string): Promise<string[] | null> {
  try {
    return await readdir(directory)
  } catch {
    return null
  }
}
