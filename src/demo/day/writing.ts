import type { TurnScript } from '../turn-script.js'
import type { Day } from './day.js'

const question = (prompt: string, answer: string): TurnScript => ({ prompt, steps: ['Searching the handbook'], answer })

export const writingTurns = {
  notes: {
    prompt: 'Draft the release notes of 4.2.',
    steps: ['$ git log v4.1..v4.2', 'Sorting 63 commits'],
    answer: 'A draft is in docs/releases/4.2.md.',
  },
  shorter: {
    prompt: 'Half as long, please.',
    steps: ['Cutting'],
    answer: 'Twelve lines are left.',
  },
  pictures: {
    prompt: 'Add a picture of the new dashboard, on the machine that has a screen.',
    steps: ['$ npm run screenshot', 'Reading docs/releases/4.2.md'],
    answer: 'The picture is in. I knew only the text in the file, not our conversation about it.',
  },
  upgrade: {
    prompt: 'And a paragraph on how to upgrade.',
    steps: ['Reading docs/upgrading.md'],
    answer: 'Added. I do not know what happened on the laptop meanwhile, so please look it over.',
  },
  publish: {
    prompt: 'Publish the release notes.',
    steps: ['$ npm run docs:publish'],
    answer: 'Published.',
  },
  guide: {
    prompt: 'Write a guide for those who come from version 3.',
    steps: ['Comparing the two APIs', 'Writing docs/from-3.md'],
    answer: 'It is written. My disk is full, though.',
    unsaved: true,
  },
  guideAgain: {
    prompt: 'Shorten the part about tokens.',
    steps: ['Reading docs/from-3.md'],
    answer: 'Shorter. I had to read it first: nothing of our conversation was stored.',
  },
  guideFresh: {
    prompt: 'Now read it with fresh eyes, as somebody who has never seen it.',
    steps: ['Reading docs/from-3.md for the first time'],
    answer: 'The second section uses a word before it explains it.',
  },
  q1: question('Where is the list of people on call?', 'In ops/on-call.yaml, and it is printed by `make who`.'),
  q2: question('And who is it tonight?', 'Jonas, until eight.'),
  q3: question('How do I get access to staging?', 'With a pull request on ops/access.yaml. Jonas merges those.'),
  q4: question('Write it for me.', 'It is open: you are in the group staging.'),
  q5: question('Which tests may I skip?', 'None. The slow ones run at night only, though.'),
  q6: question('What was the first thing I asked?', 'Where the list of people on call is.'),
} satisfies Record<string, TurnScript>

/** NEWEST_ON_RUNTIME: back on the old machine, the agent resumes the older session and says that it missed turns. */
export async function releaseNotes({ clock, jonas, agents, on }: Day): Promise<string> {
  const chat = await jonas.openChat(agents.Scribe, 'Release notes of 4.2')
  await jonas.settled(await jonas.say(chat, writingTurns.notes))
  clock.pass(400)
  await jonas.settled(await jonas.say(chat, writingTurns.shorter))
  await jonas.changeAgent(agents.Scribe, { runtimeId: on.laptop })
  clock.pass(700)
  await jonas.settled(await jonas.say(chat, writingTurns.pictures))
  await jonas.changeAgent(agents.Scribe, { runtimeId: on.codex })
  clock.pass(900)
  await jonas.settled(await jonas.say(chat, writingTurns.upgrade))
  return chat
}

/** The provider does not store a transcript, and a person asks for a fresh start. */
export async function guideFromThree({ clock, jonas, agents }: Day): Promise<void> {
  const chat = await jonas.openChat(agents.Scribe, 'Coming from version 3')
  await jonas.settled(await jonas.say(chat, writingTurns.guide))
  clock.pass(500)
  await jonas.settled(await jonas.say(chat, writingTurns.guideAgain))
  clock.pass(200)
  await jonas.settled(await jonas.say(chat, writingTurns.guideFresh, { forceFreshSession: true }))
}

export async function publishNotes({ jonas }: Day, chat: string): Promise<void> {
  await jonas.settled(await jonas.say(chat, writingTurns.publish))
}

/** A chat without problems. */
export async function askQuestions({ clock, maria, agents }: Day, chat: string | null, part: 1 | 2): Promise<string> {
  const { q1, q2, q3, q4, q5, q6 } = writingTurns
  const opened = chat ?? (await maria.openChat(agents.Scribe, 'Questions of a newcomer'))
  for (const turn of part === 1 ? [q1, q2, q3] : [q4, q5, q6]) {
    await maria.settled(await maria.say(opened, turn))
    clock.pass(240)
  }
  return opened
}
