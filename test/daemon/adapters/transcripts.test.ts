import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claudeTranscripts } from '../../../src/daemon/adapters/transcripts.js'
import { directory } from './fake-program.js'

test('the transcript shows whether a message is the last one of its session', async () => {
  const home = await directory()
  const { wasTold } = claudeTranscripts(home)
  expect(await wasTold('s-1', 'Do "it".')).toBeNull()
  await mkdir(join(home, 'projects', '-w'), { recursive: true })
  expect(await wasTold('s-1', 'Do "it".')).toBe(false)
  const user = (content: string) => JSON.stringify({ type: 'user', message: { role: 'user', content } })
  const lines = [user('Begin.'), user('Go.'), user('On.'), user('Do "it".'), '{"type":"assistant"}', '']
  await writeFile(join(home, 'projects', '-w', 's-1.jsonl'), lines.join('\n'))
  expect(await wasTold('s-1', 'Do "it".')).toBe(true)
  expect(await wasTold('s-1', 'Begin.')).toBe(false)
})
