import type { ResumeResult } from '../../../src/session-pointer/events.js'
import { act } from './command.js'
import type { Act } from './command.js'
import { claim, pass, sweepNow } from './daemon-acts.js'
import type { Model } from './model.js'
import { complete, fail, pin, start } from './run-acts.js'
import type { Named } from './run-acts.js'
import { cancel, enqueue, reset, say } from './user-acts.js'
import type { Work } from './user-acts.js'

/** Several steps as one, so that histories get somewhere. Each is checked as it would be by itself. */
function inTurn(words: string, acts: (model: Model) => Act[]): Act {
  return act(words, async (model, real) => {
    for (const one of acts(model)) await one.run(model, real)
  })
}

/** The daemon where the agent of the chat lives now. */
const homeOf = (model: Model): number => model.agents[0]?.runtime ?? 0

/** A turn of a chat that goes well, unless something else waits there or nobody is at home. */
export function turn(name: Named, result: ResumeResult | null): Act {
  return inTurn(`turn(${name}, ${result})`, (model) => [
    ...[say(false), claim(homeOf(model), 1, null), start(0, result), complete(0, name, false)],
  ])
}

export function failingTurn(reason: string, name: Named): Act {
  return inTurn(`failing turn(${reason}, ${name})`, (model) => [
    ...[say(false), claim(homeOf(model), 1, null), start(0, null), fail(0, reason, name)],
  ])
}

/** A turn whose session a person resets, and the next one. */
export function resetTurn(name: Named): Act {
  return inTurn(`reset turn(${name})`, () => [turn(name, null), reset(), turn(name, null)])
}

/** Work comes in, and both daemons ask for some. */
export function rush(works: readonly Work[], leaseSeconds: number | null): Act {
  return inTurn(`rush(${works.length}, ${leaseSeconds})`, () => [
    ...[say(false), ...works.map(enqueue), claim(0, 2, leaseSeconds), claim(1, 2, leaseSeconds)],
  ])
}

/** Nobody says anything for a while, and the server looks after what that means. */
export function silence(seconds: number): Act {
  return inTurn(`silence(${seconds} s)`, () => [pass(seconds), sweepNow()])
}

/** A run that a person stops, and whose daemon tells afterwards which session it was in. */
export function stoppedTurn(): Act {
  return inTurn('stopped turn', (model) => [...[say(false), claim(homeOf(model), 1, null), cancel(0), pin(0, null)]])
}
