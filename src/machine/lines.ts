import { StringDecoder } from 'node:string_decoder'

/** In UTF-16 code units. A longer line is cut, so that output without line ends does not fill the memory. */
const LONGEST_LINE = 64_000_000

/** Splits chunks of UTF-8 bytes into lines. */
export interface LineSplitter {
  push(chunk: Buffer): string[]
  /** The last line if it has no line end; null if there is none. */
  rest(): string | null
}

/**
 * Only \n ends a line; a \r before it belongs to the line end. Node 24's readline also ends lines at U+2028 and U+2029,
 * which JSON strings may contain unescaped, so it is not used.
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
