import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { deserialize, serialize } from 'node:v8'

/** Stores what was read in a file, so that it takes no memory and keeps nothing of the source open. */
export interface Spool<Item> {
  items(): AsyncGenerator<Item>
  remove(): Promise<void>
}

const LENGTH_BYTES = 4

/** Reads everything into a file that only this user can read. */
export async function spool<Item>(from: AsyncIterable<Item>): Promise<Spool<Item>> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-import-'))
  const file = join(directory, 'rows')
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    const out = createWriteStream(file, { mode: 0o600 })
    for await (const item of from) {
      const bytes = serialize(item)
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32LE(bytes.length)
      out.write(length)
      if (!out.write(bytes)) await once(out, 'drain')
    }
    out.end()
    await finished(out)
  } catch (error) {
    await remove()
    throw error
  }
  return { items: () => itemsOf<Item>(file), remove }
}

async function* itemsOf<Item>(file: string): AsyncGenerator<Item> {
  let chunks: Buffer[] = []
  let [held, wanted] = [0, LENGTH_BYTES]
  let isLength = true
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    held += chunk.length
    while (held >= wanted) {
      const all = chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks)
      const [item, rest] = [all.subarray(0, wanted), all.subarray(wanted)]
      chunks = [rest]
      held = rest.length
      if (isLength) wanted = item.readUInt32LE()
      else {
        yield deserialize(item) as Item
        wanted = LENGTH_BYTES
      }
      isLength = !isLength
    }
  }
}
