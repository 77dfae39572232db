import { StringDecoder } from 'node:string_decoder'

/** A longer line is cut: what never ends its line must not fill the memory of whoever reads it. In UTF-16 code units. */
const LONGEST_LINE = 64_000_000

/** Splits bytes of UTF-8, as they come, into lines. */
export interface LineSplitter {
  push(chunk: Buffer): string[]
  /** The last line, where it has no end of its own; null when there is none. */
  rest(): string | null
}

/**
 * Only \n ends a line; a \r before it belongs to that end. JSON strings may hold U+2028 and U+2029 unescaped, and the
 * readline of Node 24 ends lines there: that is why nothing uses it.
 */
export function lineSplitter(longest = LONGEST_LINE): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let open: string[] = []
  let length = 0
  const add = (part: string) => {
    const kept = part.slice(0, Math.max(0, longest - length))
    if (kept !== '') open.push(kept)
    length += kept.length
  }
  const take = () => {
    const line = open.join('')
    open = []
    length = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
  return {
    push(chunk) {
      const [first = '', ...parts] = decoder.write(chunk).split('\n')
      add(first)
      return parts.map((part) => {
        const line = take()
        add(part)
        return line
      })
    },
    rest() {
      add(decoder.end())
      return length === 0 ? null : take()
    },
  }
}

/** The lines of a stream that emits bytes. Rejects when the stream does. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const splitter = lineSplitter()
  for await (const chunk of stream) yield* splitter.push(chunk)
  const rest = splitter.rest()
  if (rest !== null) yield rest
}
