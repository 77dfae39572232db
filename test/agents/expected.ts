import type { SituationName } from './situations/situations.js'

interface Expected {
  /** Of every CLI but those named beside. */
  all: string[]
  /** By the CLI's name, with what makes it another case. */
  but?: Partial<Record<string, { lines: string[]; because: string }>>
}

const FIRST = 'FRESH NO_PRIOR_SESSION: completed, shown 1'
/** The message twice: the transcript has it, and the next attempt says it again, with a line that tells why. */
const GOES_ON_AFTER_THE_CUT = [
  'RESUME SAME_RUNTIME: completed, shown 1 2 2, told of the cut',
  'RESUME SAME_RUNTIME: completed, shown 1 2 2 3',
]

/**
 * What happens to each turn: what the server offered and why, how the turn ended, and which of the conversation's messages
 * the model was shown. Rules come first; what a CLI makes otherwise is said with its reason.
 */
export const EXPECTED: Record<SituationName, Expected> = {
  'fresh, then resumed twice': {
    all: [FIRST, 'RESUME SAME_RUNTIME: completed, shown 1 2', 'RESUME SAME_RUNTIME: completed, shown 1 2 3'],
  },
  'another machine and back': {
    all: [
      FIRST,
      'FRESH RUNTIME_MISMATCH: completed, shown 2',
      'RESUME SAME_RUNTIME: completed, shown 1 3',
      'FRESH RUNTIME_MISMATCH: completed, shown 4',
    ],
  },
  'transcript deleted': {
    all: [FIRST, 'RESUME SAME_RUNTIME, refused: completed, shown 2', 'RESUME SAME_RUNTIME: completed, shown 2 3'],
  },
  'rate limit (429)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed rate_limited', 'then put off', 'next: RESUME SAME_RUNTIME'],
  },
  'broken history (400)': {
    all: [
      FIRST,
      'RESUME SAME_RUNTIME: failed api_invalid_request, shown 1 2',
      'FRESH SESSION_POISONED: completed, shown 3',
    ],
  },
  'context overflow': {
    all: [
      FIRST,
      'RESUME SAME_RUNTIME: failed context_overflow, shown 1 2',
      'FRESH SESSION_POISONED: completed, shown 3',
    ],
    but: {
      'Claude Code': {
        because: 'it leaves out the older turns and tries once more by itself',
        lines: [
          FIRST,
          'RESUME SAME_RUNTIME: failed context_overflow, shown 2',
          'FRESH SESSION_POISONED: completed, shown 3',
        ],
      },
    },
  },
  'connection dropped': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed provider_network', ...GOES_ON_AFTER_THE_CUT],
  },
  'model hangs': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed agent_idle', ...GOES_ON_AFTER_THE_CUT],
  },
  'cancelled while a tool runs': {
    all: [FIRST, 'RESUME SAME_RUNTIME: cancelled, shown 1 2', 'RESUME SAME_RUNTIME: completed, shown 1 2 3'],
  },
  'CLI killed (kill -9)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed agent_killed', ...GOES_ON_AFTER_THE_CUT],
  },
  'daemon killed (kill -9)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed runtime_recovery', ...GOES_ON_AFTER_THE_CUT],
  },
  'background task': {
    all: [FIRST, 'RESUME SAME_RUNTIME: completed, shown 1 2'],
  },
}

export function expectedOf(situation: SituationName, cli: string): string[] {
  const { all, but } = EXPECTED[situation]
  return but?.[cli]?.lines ?? all
}
