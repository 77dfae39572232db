/** A provider's session id, short enough to remember for a minute. */
export function shortSession(sessionId: string): string {
  return sessionId.length <= 10 ? sessionId : sessionId.slice(0, 8)
}

/** Our ids sort by time, so their ends differ. */
export function shortId(id: string): string {
  return id.slice(-5)
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`
}

/** The first line, as a label. */
export function firstLine(text: string, length = 90): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`
}

/** The end of a long path, which distinguishes it from others. */
export function shortPath(path: string): string {
  const parts = path.split('/')
  return path.length <= 40 ? path : `…/${parts.slice(-2).join('/')}`
}
