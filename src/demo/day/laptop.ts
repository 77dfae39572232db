import type { TurnScript } from '../turn-script.js'
import type { Day } from './day.js'

export const laptopTurns = {
  dark: {
    prompt: 'Give the settings page a dark mode.',
    steps: ['Reading src/settings', 'Adding the tokens of the dark palette'],
    answer: 'The settings page follows the system now.',
  },
  logo: {
    prompt: 'The logo needs a dark version, too.',
    steps: ['Looking at assets/logo.svg'],
    answer: 'It has one now, with light letters on dark pages.',
  },
  contrast: {
    prompt: 'Check the contrast of every page.',
    steps: ['$ npx axe http://localhost:3000', 'Two greys are too light'],
    answer: 'Two greys were too light, and are darker now.',
  },
  mail: {
    prompt: 'Make the mail templates readable on phones.',
    steps: ['Reading src/mail/templates'],
    answer: 'One column, and larger letters.',
  },
  mailAgain: {
    prompt: 'The footer of the mails is still too wide.',
    steps: ['Looking at the footer'],
    answer: 'It wraps now.',
    fails: 'DIES_UNNAMED_ONCE',
  },
  mailSent: {
    prompt: 'Send me one of each.',
    steps: ['$ npm run mail:preview'],
    answer: 'Seven mails are in your inbox.',
  },
  room: {
    prompt: 'The disk of my laptop is full. Make room.',
    steps: ['$ du -sh ~/.cache ~/.claude', '$ rm -rf ~/.claude/projects'],
    answer: 'Freed 41 GB, most of it old transcripts that nobody reads.',
    tidies: true,
  },
  list: {
    prompt: 'List every file that is left.',
    steps: ['$ find / -type f'],
    answer: 'Listed.',
    tokens: 198_000,
  },
  largest: {
    prompt: 'Only the ten largest, please.',
    steps: ['$ du -a / | sort -rn | head'],
    answer: 'Nine of them are videos. The earlier list had filled my session, so this is a new one.',
  },
} satisfies Record<string, TurnScript>

/** An agent deletes other agents' transcripts to make room, and overflows its own session. */
export async function disappearingTranscripts({ clock, maria, jonas, agents }: Day): Promise<void> {
  const dark = await maria.openChat(agents.Fixer, 'Dark mode')
  const mails = await jonas.openChat(agents.Fixer, 'Mails on phones')
  const first = await maria.say(dark, laptopTurns.dark)
  await jonas.settled(await jonas.say(mails, laptopTurns.mail))
  await maria.settled(first)
  await maria.settled(await maria.say(dark, laptopTurns.logo))
  clock.pass(1200)
  const room = await maria.openChat(agents.Fixer, 'Room on my laptop')
  await maria.settled(await maria.say(room, laptopTurns.room))
  await maria.settled(await maria.say(room, laptopTurns.list))
  await maria.settled(await maria.say(room, laptopTurns.largest))
  clock.pass(900)
  await maria.settled(await maria.say(dark, laptopTurns.contrast))
  await jonas.settled(await jonas.say(mails, laptopTurns.mailAgain))
  clock.pass(300)
  await jonas.settled(await jonas.say(mails, laptopTurns.mailSent))
}
