import { expect, it } from 'vitest'
import { conversationText } from '../../src/import/report-text.js'
import { aChat, aTask, translated } from './given-rows.js'

it('the printed report has no control characters, whatever the source contains', () => {
  const chat = aChat({ title: '\u001b[2J\u001b]0;owned\u0007Fix\r\nit \u009b1m é' })
  const { report } = translated({ chat, tasks: [aTask('t1', 1, { status: '\u001b[31m' })] })
  const text = conversationText({ status: 'IMPORTED', ...report })
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  expect(text).toContain('\\u001b[2J\\u001b]0;owned\\u0007Fix\\u000d\\u000ait \\u009b1m é')
})
