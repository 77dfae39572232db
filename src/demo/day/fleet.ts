import type { TurnScript } from '../turn-script.js'
import type { Person } from '../people.js'
import type { Day } from './day.js'

export const fleetTurns = {
  backups: {
    prompt: 'Look through the old backups.',
    steps: ['$ ls -la /mnt/backups', 'Comparing checksums'],
    answer: 'Nine of them are copies of each other.',
  },
  copies: {
    prompt: 'Delete the copies.',
    steps: ['$ rm backups/2025-*-copy.tar'],
    answer: 'Deleted. The new disk has nothing of our conversation, so I compared them again first.',
  },
  report: { prompt: 'Write down what is left.', steps: [], answer: 'Written.' },
  spare: { prompt: 'Is the spare disk healthy?', steps: [], answer: 'It is.' },
  hello: { prompt: 'Are you there?', steps: [], answer: 'I am.' },
  shift: {
    prompt: 'Watch the canary during the rollout.',
    steps: ['Error rate 0.02 %', 'Error rate 0.03 %', 'Latency as before'],
    answer: 'Nothing moved. The rollout may go on.',
  },
  watch: {
    prompt: 'Watch the canary until I stop you.',
    steps: ['Error rate 0.02 %', 'Error rate 0.03 %', 'Latency as before', 'Error rate 0.02 %'],
    answer: 'Watched for hours, and nothing moved.',
    repeats: { times: 300, pauseMs: 15_000 },
  },
  after: { prompt: 'Then watch the second region.', steps: ['Error rate 0.01 %'], answer: 'All quiet.' },
  last: { prompt: 'And write the report of the rollout.', steps: ['Writing'], answer: 'In docs/rollouts.' },
} satisfies Record<string, TurnScript>

/** The attic machine gets a new disk with an empty store. */
export async function atticAndItsDisk({ clock, jonas, agents, machines }: Day): Promise<void> {
  const work = { agentId: agents.Housekeeper, issueKey: 'OPS-7', title: 'Clean up the attic' }
  await jonas.settled(await jonas.assign({ ...work, prompt: fleetTurns.backups.prompt }))
  await machines.attic.stop()
  clock.pass(2400)
  await machines.attic.start([{ provider: 'claude', cliVersion: '2.0.9', account: 'office', store: 'attic-new-disk' }])
  await jonas.settled(await jonas.assign({ ...work, prompt: fleetTurns.copies.prompt }))
}

/** The attic machine stays off, so its tasks wait. */
export async function waitForTheAttic({ clock, maria, jonas, agents }: Day): Promise<void> {
  const work = { agentId: agents.Housekeeper, title: 'Clean up the attic' }
  await jonas.assign({ ...work, issueKey: 'OPS-7', prompt: fleetTurns.report.prompt })
  clock.pass(900)
  await jonas.assign({ ...work, issueKey: 'OPS-8', title: 'The spare disk', prompt: fleetTurns.spare.prompt })
  clock.pass(900)
  const chat = await maria.openChat(agents.Housekeeper, 'Anybody in the attic?')
  await maria.say(chat, fleetTurns.hello)
}

export async function rollout({ maria, agents }: Day): Promise<void> {
  const work = { agentId: agents['Night watch'], issueKey: 'OPS-31', title: 'Rollout of 4.2' }
  await maria.settled(await maria.assign({ ...work, prompt: fleetTurns.shift.prompt }))
}

/** The state after the day: one long run, and two tasks that wait because their agent takes one at a time. */
export async function keepWatching(maria: Person, agentId: string): Promise<void> {
  const assign = (issueKey: string, title: string, { prompt }: TurnScript) =>
    maria.assign({ agentId, issueKey, title, prompt })
  await maria.running(await assign('OPS-31', 'Rollout of 4.2', fleetTurns.watch))
  await assign('OPS-32', 'The second region', fleetTurns.after)
  await assign('OPS-33', 'Report of the rollout', fleetTurns.last)
}
