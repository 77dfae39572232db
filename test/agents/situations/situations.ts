import type { Stage } from '../stage.js'
import { anotherMachineAndBack } from './another-machine-and-back.js'
import { backgroundTask } from './background-task.js'
import { cancelledWithATool } from './cancelled-with-a-tool.js'
import { cliKilled } from './cli-killed.js'
import { daemonKilled } from './daemon-killed.js'
import { brokenHistory, droppedConnection, hang, overflow, rateLimit } from './model-faults.js'
import { tenTurnsThenAnotherMachine } from './ten-turns.js'
import { freshThenResumedTwice, transcriptDeleted } from './resume.js'

/** Plays one situation on the stage; returns what happened, a line each. */
export type Situation = (stage: Stage) => Promise<string[]>

/** By the name that the table gives them. */
export const SITUATIONS = {
  'fresh, then resumed twice': freshThenResumedTwice,
  'another machine and back': anotherMachineAndBack,
  'ten turns, then another machine': tenTurnsThenAnotherMachine,
  'transcript deleted': transcriptDeleted,
  'rate limit (429)': rateLimit,
  'broken history (400)': brokenHistory,
  'context overflow': overflow,
  'connection dropped': droppedConnection,
  'model hangs': hang,
  'cancelled while a tool runs': cancelledWithATool,
  'CLI killed (kill -9)': cliKilled,
  'daemon killed (kill -9)': daemonKilled,
  'background task': backgroundTask,
} satisfies Record<string, Situation>

export type SituationName = keyof typeof SITUATIONS
