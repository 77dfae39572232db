// What Restate calls: an object whose keys are conversations, and whose handler is a life with one recorded step. `node service.js
// PORT`; it says on Node's IPC when it listens.

import * as restate from '@restatedev/restate-sdk'
import { OUTPUT, sessionOf } from '../measure.js'

const lives = restate.object({
  name: 'lives',
  handlers: {
    async live(context) {
      const session = await context.run('session', () => sessionOf(context.rand.uuidv4()))
      return { output: OUTPUT, ...session }
    },
  },
  options: { journalRetention: { days: 1 } },
})

await restate.serve({ services: [lives], port: Number(process.argv[2]) })
process.on('disconnect', () => process.exit())
process.send('listening')
