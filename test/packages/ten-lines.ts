import { createDaemon, type DaemonOptions } from 'baton-daemon'

const [url = '', token = ''] = process.argv.slice(2)
const run: DaemonOptions['run'] = async ({ task, priorSessionId }, { pin, progress }) => {
  await pin(priorSessionId ?? `echo-${task.id}`)
  progress('Thinking.')
  return `You said: ${task.prompt}`
}
await createDaemon({ url, token, daemonId: 'laptop', providers: ['echo'], run }).start()
console.log('Waiting for work.')
