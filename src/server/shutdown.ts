import type { Log } from './observing/log.js'

/** A longer stop is cut off, because supervisors send SIGKILL after about 10 seconds. */
const LONGEST_STOP_MS = 9_500
/** Under `npm start`, Ctrl-C arrives twice: from the terminal and from npm. Signals within this time count as one. */
const ONE_WISH_MS = 500

/** SIGTERM or SIGINT stops the process gracefully. A second signal ends it at once. */
export function stopOnSignals(stop: () => Promise<void>, log: Log): void {
  let stopping = false
  let impatient = false
  const onSignal = (signal: NodeJS.Signals): void => {
    if (impatient) process.exit(1)
    if (stopping) return
    stopping = true
    setTimeout(() => (impatient = true), ONE_WISH_MS).unref()
    setTimeout(() => {
      log.error('The stop took too long and was cut off')
      process.exit(1)
    }, LONGEST_STOP_MS).unref()
    log.info({ signal }, 'Stopping')
    stop().then(
      () => {
        log.info('Stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'The stop failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}
