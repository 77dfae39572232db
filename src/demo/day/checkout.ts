import type { TurnScript } from '../turn-script.js'
import type { Day } from './day.js'

export const checkoutTurns = {
  find: {
    prompt: 'Find out why the checkout test is flaky.',
    steps: ['Reading test/checkout.test.ts', '$ npm test -- checkout', 'It fails when two carts are paid at once.'],
    answer: 'The test shares one cart between two workers. Whoever pays second finds it empty.',
  },
  fix: {
    prompt: 'Fix it, and cover it by a test.',
    steps: ['Each worker gets a cart of its own.', '$ npm test -- checkout'],
    answer: 'Done: one cart per worker, and a test that pays two carts at once.',
  },
  hundred: {
    prompt: 'Also run it a hundred times.',
    steps: ['$ for i in $(seq 100); do npm test -- checkout; done', '100 passed'],
    answer: 'A hundred runs, no failure.',
  },
  webhook: {
    prompt: 'Go on with the retry in the webhook sender.',
    steps: ['Reading src/webhooks/send.ts', 'Writing a backoff with jitter', '$ npm test -- webhooks'],
    answer:
      'The sender now retries five times, with a backoff. I got our turns from the laptop, so I already knew about the flaky test.',
  },
  logs: {
    prompt: 'Read all of yesterday’s logs for failed webhooks.',
    steps: ['$ zcat logs/*.gz'],
    answer: 'Read.',
    tokens: 196_000,
  },
  hour: {
    prompt: 'Only look at the last hour of the logs.',
    steps: ['$ tail -n 5000 logs/webhooks.log', 'Grouping failures by host'],
    answer: 'One host refuses connections. Everything else was delivered at the second try.',
  },
  desk: {
    prompt: 'Back at my desk: what is left to do?',
    steps: ['$ git log --oneline main..', 'Reading the work directory'],
    answer: 'The webhook sender is done on its branch. The rename and the pull request are left.',
  },
  rename: {
    prompt: 'Rename the webhook module.',
    steps: ['$ git mv src/webhooks src/outbound'],
    answer: 'Renamed.',
    thinksForMs: 20_000,
    namesLate: true,
  },
  branch: {
    prompt: 'You edited main. Start over on a branch.',
    steps: ['$ git switch -c outbound', 'Moving the files again'],
    answer: 'The rename is on the branch outbound now, and main is as it was.',
  },
  imports: {
    prompt: 'Update every import, and run all tests.',
    steps: ['$ npx codemod imports src/outbound', '$ npm test'],
    answer: '214 imports updated, all tests pass.',
    thinksForMs: 20_000,
  },
  open: {
    prompt: 'Open the pull request.',
    steps: ['$ git push', '$ gh pr create'],
    answer: 'It is open, with the two changes as two commits.',
  },
} satisfies Record<string, TurnScript>

/** An agent moves from a laptop to a server and back, and loses its session in five different ways. */
export async function openCheckout({ maria, agents }: Day): Promise<string> {
  const chat = await maria.openChat(agents.Fixer, 'The flaky checkout test')
  for (const turn of [checkoutTurns.find, checkoutTurns.fix, checkoutTurns.hundred]) {
    await maria.settled(await maria.say(chat, turn))
  }
  return chat
}

/** The laptop sleeps, so its queued tasks move to the server. There, the session overflows. */
export async function checkoutAtNight({ clock, maria, agents, on }: Day, chat: string): Promise<void> {
  const waiting = await maria.say(chat, checkoutTurns.webhook)
  clock.pass(35 * 60)
  await maria.changeAgent(agents.Fixer, { runtimeId: on.build, retargetQueuedTasks: true })
  await maria.settled(waiting)
  await maria.settled(await maria.say(chat, checkoutTurns.logs))
  clock.pass(60)
  await maria.settled(await maria.say(chat, checkoutTurns.hour))
}

/** Back on the laptop: a run is cancelled late, a person resets its session, and the power is cut. */
export async function checkoutInTheMorning({ clock, maria, agents, on, machines }: Day, chat: string): Promise<void> {
  await maria.changeAgent(agents.Fixer, { runtimeId: on.laptop })
  const desk = await maria.say(chat, checkoutTurns.desk)
  clock.pass(40 * 60)
  await machines.laptop.start()
  await maria.settled(desk)
  const rename = await maria.say(chat, checkoutTurns.rename)
  await maria.running(rename)
  clock.pass(120)
  await maria.cancel(rename, 'it edits main')
  await maria.settled(rename)
  clock.pass(300)
  await maria.reset(chat, 'it edited main')
  await maria.settled(await maria.say(chat, checkoutTurns.branch))
  clock.pass(600)
  const imports = await maria.say(chat, checkoutTurns.imports)
  await maria.running(imports)
  clock.pass(400)
  machines.laptop.pullThePlug()
  clock.pass(900)
  await machines.laptop.start()
  await maria.settled(imports)
}

export async function finishCheckout({ maria, clock }: Day, chat: string): Promise<void> {
  const opened = await maria.say(chat, checkoutTurns.open)
  await maria.settled(opened)
  clock.pass(500)
  await maria.settled(await maria.rerun(opened))
}
