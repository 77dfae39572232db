import type { TurnScript } from '../turn-script.js'
import type { Day } from './day.js'

const review = (what: string, found: string): TurnScript => ({
  prompt: `Review pull request ${what}.`,
  steps: ['$ gh pr diff', 'Reading what calls it'],
  answer: found,
})

export const issueTurns = {
  review: review('212, the new cart', 'Two remarks, both about rounding.'),
  secondLook: {
    prompt: 'The remarks are answered. Look again.',
    steps: ['$ gh pr diff'],
    answer: 'Both are answered. Approved.',
  },
  nextDay: {
    prompt: 'It has conflicts with main. Are they resolved well?',
    steps: ['$ git merge-tree main HEAD'],
    answer: 'They are. I read the whole change again for that, because my session was too old.',
  },
  style: {
    prompt: 'And does it follow the new style guide?',
    steps: ['Reading docs/style.md'],
    answer: 'One name does not. I got new instructions in the meantime, so I started fresh.',
  },
  morning1: review('213, faster search', 'The index lacks a column.'),
  morning2: review('214, new icons', 'Fine.'),
  morning3: review('215, typed events', 'A case is missing in the fold.'),
  morning4: review('216, shorter sessions', 'Fine.'),
  morning5: {
    ...review('217, a smaller image', 'The image is half as large and starts.'),
    fails: 'DISCONNECTS_ONCE',
  },
  again1: { prompt: 'The index has the column now.', steps: ['$ gh pr diff'], answer: 'Approved.' },
  again3: { prompt: 'The case is there now.', steps: ['$ gh pr diff'], answer: 'Approved.' },
  plan: {
    prompt: 'Plan the migration of the orders table.',
    steps: ['Reading the schema', 'Counting rows'],
    answer: 'Three steps, none of which locks the table for longer than a second.',
  },
  migrate: {
    prompt: 'Write the first step.',
    steps: ['Writing the migration', 'Drawing the differences'],
    answer: 'Written, and tried on a copy.',
    fails: 'CRASHES_ON_RESUME',
  },
  audit: {
    prompt: 'Audit the dependencies.',
    steps: ['$ npm audit', 'Reading 14 changelogs'],
    answer: 'Nothing that can be reached from outside.',
  },
  auditAgain: {
    prompt: 'Audit them again, with the new lock file.',
    steps: ['$ npm audit'],
    answer: 'Still nothing. I never look at what I thought the last time.',
  },
} satisfies Record<string, TurnScript>

type Work = { issueKey: string; title: string; turn: TurnScript }

async function assign({ jonas }: Day, agentId: string, { issueKey, title, turn }: Work) {
  return jonas.assign({ agentId, issueKey, title, prompt: turn.prompt })
}

export async function firstReview(day: Day): Promise<void> {
  const of = (turn: TurnScript): Work => ({ issueKey: 'WEB-141', title: 'Review the new cart', turn })
  await day.jonas.settled(await assign(day, day.agents.Reviewer, of(issueTurns.review)))
  day.clock.pass(1200)
  await day.jonas.settled(await assign(day, day.agents.Reviewer, of(issueTurns.secondLook)))
}

/** A policy that denies resumes after four hours, and after a change of the instructions. */
export async function reviewOfTheNextDay(day: Day): Promise<void> {
  const { jonas, clock, agents } = day
  const of = (turn: TurnScript): Work => ({ issueKey: 'WEB-141', title: 'Review the new cart', turn })
  await jonas.settled(await assign(day, agents.Reviewer, of(issueTurns.nextDay)))
  await jonas.changeAgent(agents.Reviewer, { config: { model: 'large', instructions: 'Follow docs/style.md.' } })
  clock.pass(300)
  await jonas.settled(await assign(day, agents.Reviewer, of(issueTurns.style)))
}

/** Five tasks at once for an agent that takes two at a time. One loses its provider and is retried. */
export async function reviewsOfTheMorning(day: Day): Promise<void> {
  const { morning1, morning2, morning3, morning4, morning5, again1, again3 } = issueTurns
  const work = [morning1, morning2, morning3, morning4, morning5].map((turn, index) => ({
    issueKey: `WEB-${142 + index}`,
    title: turn.prompt.replace(/^Review pull request \d+, (.*)\.$/, 'Review: $1'),
    turn,
  }))
  const asked = []
  for (const one of work) asked.push(await assign(day, day.agents.Reviewer, one))
  for (const one of asked) await day.jonas.settled(one)
  day.clock.pass(1500)
  const second = [
    { ...work[0], turn: again1 },
    { ...work[2], turn: again3 },
  ] as Work[]
  for (const one of second) await day.jonas.settled(await assign(day, day.agents.Reviewer, one))
}

/** Every run of a session crashes, until the session is no longer offered. */
export async function crashingMigration(day: Day): Promise<void> {
  const of = (turn: TurnScript): Work => ({ issueKey: 'DB-9', title: 'Migrate the orders table', turn })
  for (const turn of [issueTurns.plan, issueTurns.migrate, issueTurns.migrate, issueTurns.migrate]) {
    await day.jonas.settled(await assign(day, day.agents.Migrator, of(turn)))
    day.clock.pass(420)
  }
}

/** An agent that never resumes. */
export async function audits(day: Day): Promise<void> {
  const of = (turn: TurnScript): Work => ({ issueKey: 'SEC-3', title: 'Audit the dependencies', turn })
  await day.maria.settled(await assign(day, day.agents.Auditor, of(issueTurns.audit)))
  day.clock.pass(1800)
  await day.maria.settled(await assign(day, day.agents.Auditor, of(issueTurns.auditAgain)))
}
