import type { Config } from '../server/settings/config.js'
import { openLog } from '../server/observing/log.js'
import { startServer } from '../server/start-server.js'
import { DayClock } from './day-clock.js'
import { checkoutAtNight, checkoutInTheMorning, finishCheckout, openCheckout } from './day/checkout.js'
import type { AgentName, Day } from './day/day.js'
import { atticAndItsDisk, rollout, waitForTheAttic } from './day/fleet.js'
import { audits, crashingMigration, firstReview, reviewOfTheNextDay, reviewsOfTheMorning } from './day/issues.js'
import { disappearingTranscripts } from './day/laptop.js'
import { askQuestions, guideFromThree, publishNotes, releaseNotes } from './day/writing.js'
import type { DemoState } from './demo-directory.js'
import { BUILD_WITH_NEW_ACCOUNT, MACHINE_NAMES, machineOf } from './machines.js'
import { Person } from './people.js'

const DAY_MS = 24.5 * 3_600_000
/** Short, so that daemons learn of a cancellation within a second. Their claims have longer leases. */
const CLAIM_LEASE_SECONDS = 3
const LEASE_SECONDS = 3600
const SWEEP_MS = 50

/**
 * Plays a day of history with real daemons, through GraphQL, on a real server whose clock starts a day behind and runs fast.
 * `progress` gets the current step. The machines' tokens are left in `state`.
 */
export async function fillHistory(
  { config, directory, state }: { config: Config; directory: string; state: DemoState },
  progress: (text: string) => void,
): Promise<void> {
  const clock = new DayClock(DAY_MS)
  const quick = { ...config, claimLeaseSeconds: CLAIM_LEASE_SECONDS, sweepIntervalMs: SWEEP_MS }
  const server = await startServer(quick, openLog('error'), { clock })
  const url = `http://127.0.0.1:${server.port}/graphql`
  const started: { stop(): Promise<void> }[] = []
  try {
    const owner = new Person(url, state.adminToken)
    for (const daemonId of MACHINE_NAMES) {
      state.machineTokens[daemonId] = await owner.createToken({ name: daemonId, kind: 'DAEMON', daemonId })
    }
    const onRan = (lines: readonly string[]): void => {
      for (const line of lines) clock.pass(20 + ((line.length * 37) % 130))
    }
    const shared = { url, directory, paceMs: 0, onRan, leaseSeconds: LEASE_SECONDS }
    const machines = {
      laptop: machineOf('laptop', state, shared),
      build: machineOf('build', state, shared),
      attic: machineOf('attic', state, shared),
    }
    started.push(...Object.values(machines))
    await Promise.all(Object.values(machines).map((machine) => machine.start()))
    const [maria, jonas] = await Promise.all(['Maria', 'Jonas'].map((name) => personOf(url, owner, name)))
    if (maria === undefined || jonas === undefined) throw new Error('There are two people.')
    const on = await runtimesOf(owner)
    const day: Day = { clock, maria, jonas, machines, on, agents: await makeAgents(owner, on) }
    await tell(day, progress)
  } finally {
    // Also after a failure: daemons that go on would keep the process from ending.
    await Promise.all(started.map((machine) => machine.stop()))
    await server.stop()
  }
}

async function tell(day: Day, progress: (text: string) => void): Promise<void> {
  const { clock, machines } = day
  const at = (hoursAgo: number, what: string): void => {
    clock.until(hoursAgo)
    progress(what)
  }
  at(24, 'The flaky checkout test')
  const checkout = await openCheckout(day)
  at(22.5, 'Transcripts that disappear')
  await disappearingTranscripts(day)
  at(21, 'A review')
  await firstReview(day)
  at(20, 'Questions of a newcomer')
  const questions = await askQuestions(day, null, 1)
  at(19, 'Release notes')
  const notes = await releaseNotes(day)
  at(17.5, 'Audits')
  await audits(day)
  at(16.5, 'The laptop goes to sleep')
  await machines.laptop.stop()
  at(15.5, 'The flaky checkout test, on the server')
  await checkoutAtNight(day, checkout)
  at(14, 'A migration that crashes')
  await crashingMigration(day)
  at(12, 'A new disk in the attic')
  await atticAndItsDisk(day)
  at(10.5, 'The review, a night later')
  await reviewOfTheNextDay(day)
  at(9.5, 'The flaky checkout test, back on the laptop')
  await checkoutInTheMorning(day, checkout)
  at(7.5, 'Reviews of the morning')
  await reviewsOfTheMorning(day)
  at(6, 'A guide for those who come from version 3')
  await guideFromThree(day)
  at(5, 'More questions')
  await askQuestions(day, questions, 2)
  at(4.5, 'Another account')
  await machines.build.stop()
  // The server takes the next boot for another machine, and refuses it while the one before counts as alive: for 3 s of its clock, which
  // were 150 ms of ours. A quick stop failed the demo.
  clock.pass(600)
  await machines.build.start(BUILD_WITH_NEW_ACCOUNT)
  await publishNotes(day, notes)
  at(4, 'The attic is gone')
  await machines.attic.stop()
  await waitForTheAttic(day)
  at(2, 'A rollout')
  await rollout(day)
  at(1, 'A pull request')
  await finishCheckout(day, checkout)
}

async function personOf(url: string, owner: Person, name: string): Promise<Person> {
  return new Person(url, await owner.createToken({ name, kind: 'MEMBER' }))
}

async function runtimesOf(owner: Person): Promise<Day['on']> {
  const runtimes = await owner.runtimes()
  const of = (name: string): string => runtimes.get(name) ?? name
  return {
    laptop: of('maria-mbp / claude'),
    build: of('build-02 / claude'),
    codex: of('build-02 / codex'),
    attic: of('attic-nuc / claude'),
  }
}

async function makeAgents(owner: Person, on: Day['on']): Promise<Day['agents']> {
  const make = async (name: AgentName, runtimeId: string, more: object = {}): Promise<string> =>
    owner.createAgent({ name, runtimeId, config: { model: 'large' }, ...more })
  return {
    Fixer: await make('Fixer', on.laptop),
    Scribe: await make('Scribe', on.codex, { resumePolicy: { scope: 'NEWEST_ON_RUNTIME' } }),
    Reviewer: await make('Reviewer', on.build, {
      maxConcurrentTasks: 2,
      resumePolicy: { onAgentChange: 'FRESH', maxAgeSeconds: 4 * 3600 },
    }),
    Migrator: await make('Migrator', on.build, { resumePolicy: { maxResumeFailures: 2 } }),
    Auditor: await make('Auditor', on.build, { resumePolicy: { enabled: false } }),
    Housekeeper: await make('Housekeeper', on.attic),
    'Night watch': await make('Night watch', on.codex, { maxConcurrentTasks: 1 }),
  }
}
