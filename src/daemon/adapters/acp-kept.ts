import type { AcpConnection, Launch } from './acp-connection.js'

export interface KeptAgents {
  /** The conversation's agent, if it has the wanted session and was started with the same launch. */
  take: (conversation: string, wanted: { resume: string | null; launch: Launch }) => Promise<AcpConnection | null>
  keep: (conversation: string, connection: AcpConnection) => void
  /** Ends all of them. */
  close: () => Promise<void>
}

/**
 * Keeps agents running for the next message of their conversation, as an editor does, because some remember less or nothing
 * when their session is loaded again. Keeps the `most` agents that were used last, each for `idleMs` milliseconds.
 */
export function keptAgents({ idleMs, most }: { idleMs: number; most: number }): KeptAgents {
  const kept = new Map<string, { connection: AcpConnection; timer: NodeJS.Timeout }>()
  const ending = new Set<Promise<unknown>>()

  function end(conversation: string): void {
    const one = remove(conversation)
    if (one === null) return
    const ended: Promise<unknown> = one.end().finally(() => ending.delete(ended))
    ending.add(ended)
  }

  function remove(conversation: string): AcpConnection | null {
    const one = kept.get(conversation)
    if (one === undefined) return null
    clearTimeout(one.timer)
    kept.delete(conversation)
    return one.connection
  }

  return {
    async take(conversation, { resume, launch }) {
      const connection = remove(conversation)
      if (connection === null) return null
      const fits = resume !== null && connection.sessionId === resume && isSame(connection.launch, launch)
      if (fits && !connection.isOver) return connection
      // Two processes must not work in one directory.
      await connection.end()
      return null
    },
    keep(conversation, connection) {
      end(conversation)
      if (idleMs === 0 || connection.isOver) {
        const ended: Promise<unknown> = connection.end().finally(() => ending.delete(ended))
        ending.add(ended)
        return
      }
      const timer = setTimeout(() => end(conversation), idleMs)
      kept.set(conversation, { connection, timer })
      const gone = () => {
        if (kept.get(conversation)?.connection === connection) end(conversation)
      }
      connection.over.then(gone, gone)
      const [oldest] = kept.keys()
      if (kept.size > most && oldest !== undefined) end(oldest)
    },
    async close() {
      for (const conversation of [...kept.keys()]) end(conversation)
      await Promise.all(ending)
    },
  }
}

function isSame(one: Launch, other: Launch): boolean {
  return keyOf(one) === keyOf(other)
}

function keyOf({ command, machine, workDir, mcpServers }: Launch): string {
  return JSON.stringify([command, workDir, mcpServers, Object.entries(machine.environment)])
}
