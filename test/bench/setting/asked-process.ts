import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ended } from '../../support/child-process-end.js'

const TYPESCRIPT = fileURLToPath(new URL('../../../.config/typescript.js', import.meta.url))

/** A process of its own that answers what it is asked, one question at a time. */
export interface AskedProcess<Question, Answer> {
  ask(question: Question): Promise<Answer>
  stop(): Promise<void>
}

export interface AskedProcessOptions {
  /** Default: this process's own Node. */
  node?: string
}

/** Starts a file that calls {@link answerQuestions}, or a .js file that does the same. */
export function startAsked<Question extends object, Answer>(
  file: string,
  { node = process.execPath }: AskedProcessOptions = {},
): AskedProcess<Question, Answer> {
  const execArgv = file.endsWith('.ts') ? ['--import', TYPESCRIPT] : []
  const child = fork(file, { execPath: node, execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return {
    ask: (question) => answerOf<Answer>(child, file, question),
    async stop() {
      if (child.connected) child.disconnect()
      await ended(child)
    },
  }
}

function answerOf<Answer>(child: ChildProcess, file: string, question: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error(`${file} has ended.`))
    child.once('exit', gone)
    child.once('message', (said) => {
      child.off('exit', gone)
      const { answer, error } = said as { answer: Answer; error?: string }
      if (error === undefined) resolve(answer)
      else reject(new Error(error))
    })
    child.send(question)
  })
}

/** The other side: runs until whoever started it lets go. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (said) => process.send?.({ answer: said }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}
