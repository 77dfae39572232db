import { checkoutTurns } from './day/checkout.js'
import { fleetTurns } from './day/fleet.js'
import { issueTurns } from './day/issues.js'
import { laptopTurns } from './day/laptop.js'
import { writingTurns } from './day/writing.js'
import type { TurnScript } from './turn-script.js'

const SCRIPTS: readonly TurnScript[] = [checkoutTurns, fleetTurns, issueTurns, laptopTurns, writingTurns].flatMap(
  (turns) => Object.values<TurnScript>(turns),
)

/** Also answers messages of people who try the demo: the answer shows whether the session was resumed. */
export function scriptFor(prompt: string): TurnScript {
  // The daemon may have put a line before the message.
  const known = SCRIPTS.find((script) => prompt === script.prompt || prompt.endsWith(`\n\n${script.prompt}`))
  return known ?? { prompt, steps: ['Reading the session.', 'Looking at the work directory.'], answer: ANSWER }
}

const ANSWER = 'I am a scripted agent, so this is all I can say. {memory}'
