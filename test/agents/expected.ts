import type { SituationName } from './situations/situations.js'

interface Otherwise {
  lines: string[]
  /** What happens as well, where that depends on the CLI's own clock. */
  or?: string[]
  because: string
}

interface Expected {
  /** Of every CLI but those named beside. */
  all: string[]
  /** By the CLI's name, with what makes it another case. */
  but?: Partial<Record<string, Otherwise>>
}

const FIRST = 'FRESH NO_PRIOR_SESSION: completed, shown 1'
/** The turn that failed is told of as well, which has no answer. */
const AFRESH_AFTER_IT = 'FRESH SESSION_POISONED: completed, shown 3, told 1 2 and the answers to 1'
/** The message twice: the transcript has it, and the next attempt says it again, with a line that tells why. */
const GOES_ON_AFTER_THE_CUT = [
  'RESUME SAME_RUNTIME: completed, shown 1 2 2, told of the cut',
  'RESUME SAME_RUNTIME: completed, shown 1 2 2 3',
]

const ASKS_AGAIN = 'it retries the model without end and does not report why it waits'
const SPOKE_TWICE = 'The model was shown 1: #1\n\nThe model was shown 1: #1'
const SUMMED_UP = 'The model was shown 2: #1 #1\n\nThe model was shown 3: #2 #1 #1\n\nThe model was shown 0:'

/**
 * What happens to each turn: what the server offered and why, how the turn ended, and which of the conversation's messages
 * the model was shown, and of which it was told in quotes. Rules come first; what a CLI makes otherwise is said with its reason.
 */
export const EXPECTED: Record<SituationName, Expected> = {
  'fresh, then resumed twice': {
    all: [FIRST, 'RESUME SAME_RUNTIME: completed, shown 1 2', 'RESUME SAME_RUNTIME: completed, shown 1 2 3'],
  },
  'another machine and back': {
    all: [
      FIRST,
      'FRESH RUNTIME_MISMATCH: completed, shown 2, told 1 and the answers to 1',
      'RESUME SAME_RUNTIME: completed, shown 1 3, told 2 and the answers to 2',
      'FRESH RUNTIME_MISMATCH: completed, shown 4, told 1 2 3 and the answers to 1 2 3',
    ],
  },
  'ten turns, then another machine': {
    all: [
      FIRST,
      ...[2, 3, 4, 5, 6, 7, 8, 9, 10].map((last) => `RESUME SAME_RUNTIME: completed, shown ${upTo(last)}`),
      `FRESH RUNTIME_MISMATCH: completed, shown 11, told ${upTo(10)} and the answers to ${upTo(10)}`,
      `RESUME SAME_RUNTIME: completed, shown 11 12, told ${upTo(10)} and the answers to ${upTo(10)}`,
      `FRESH RUNTIME_MISMATCH: completed, shown 13, told ${upTo(12)} and the answers to ${upTo(12)}`,
      `RESUME SAME_RUNTIME, refused: completed, shown 14, told ${upTo(13)} and the answers to ${upTo(13)}`,
    ],
  },
  'transcript deleted': {
    all: [
      FIRST,
      'RESUME SAME_RUNTIME, refused: completed, shown 2, told 1 and the answers to 1',
      'RESUME SAME_RUNTIME: completed, shown 2 3, told 1 and the answers to 1',
    ],
  },
  'rate limit (429)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed rate_limited', 'then put off', 'next: RESUME SAME_RUNTIME'],
    but: {
      opencode: {
        because: `${ASKS_AGAIN}; after the idle limit, the task is retried once`,
        lines: [
          FIRST,
          'RESUME SAME_RUNTIME: failed agent_idle',
          'RESUME SAME_RUNTIME: failed agent_idle, shown 1 2 2, told of the cut',
          'next: RESUME SAME_RUNTIME',
        ],
      },
    },
  },
  'broken history (400)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed api_invalid_request, shown 1 2', AFRESH_AFTER_IT],
  },
  'context overflow': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed context_overflow, shown 1 2', AFRESH_AFTER_IT],
    but: {
      'Claude Code': {
        because: 'it drops the older turns and retries once by itself',
        lines: [FIRST, 'RESUME SAME_RUNTIME: failed context_overflow, shown 2', AFRESH_AFTER_IT],
      },
      opencode: {
        because:
          'it lets the model summarise the conversation, continues from the summary in the same session, and sends the summaries as part of the answer',
        lines: [
          FIRST,
          `RESUME SAME_RUNTIME: completed, shown 2, and answered ${JSON.stringify(SUMMED_UP)}`,
          'RESUME SAME_RUNTIME: completed, shown 3',
        ],
      },
    },
  },
  'connection dropped': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed provider_network', ...GOES_ON_AFTER_THE_CUT],
    but: {
      'Gemini CLI': forgetsWhatItDidNotAnswer('provider_network'),
      opencode: {
        because: ASKS_AGAIN,
        lines: [FIRST, 'RESUME SAME_RUNTIME: failed agent_idle', ...GOES_ON_AFTER_THE_CUT],
      },
    },
  },
  'model hangs': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed agent_idle', ...GOES_ON_AFTER_THE_CUT],
    but: { 'Gemini CLI': forgetsWhatItDidNotAnswer('agent_idle') },
  },
  'cancelled while a tool runs': {
    all: [FIRST, 'RESUME SAME_RUNTIME: cancelled, shown 1 2', 'RESUME SAME_RUNTIME: completed, shown 1 2 3'],
  },
  'CLI killed (kill -9)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed agent_killed', ...GOES_ON_AFTER_THE_CUT],
    but: { 'Gemini CLI': losesItsSession('agent_killed') },
  },
  'daemon killed (kill -9)': {
    all: [FIRST, 'RESUME SAME_RUNTIME: failed runtime_recovery', ...GOES_ON_AFTER_THE_CUT],
    but: { 'Gemini CLI': losesItsSession('runtime_recovery') },
  },
  'background task': {
    all: [FIRST, 'RESUME SAME_RUNTIME: completed, shown 1 2'],
    but: {
      'Claude Code': {
        because: 'if the task ends in time, it writes a second text, and both texts are the answer',
        lines: [`${FIRST}, and answered ${JSON.stringify(SPOKE_TWICE)}`, 'RESUME SAME_RUNTIME: completed, shown 1 2'],
        or: [FIRST, 'RESUME SAME_RUNTIME: completed, shown 1 2'],
      },
      opencode: {
        because: 'its tool waits for every process that holds its output, and only the turn limit ends it',
        lines: [
          'FRESH NO_PRIOR_SESSION: failed timeout',
          'RESUME SAME_RUNTIME: completed, shown 1 1, told of the cut',
          'RESUME SAME_RUNTIME: completed, shown 1 1 2',
        ],
        or: [FIRST, 'RESUME SAME_RUNTIME: completed, shown 1 2'],
      },
    },
  },
}

function forgetsWhatItDidNotAnswer(reason: string): Otherwise {
  return {
    because: 'it removes a message that it could not answer from its session',
    lines: [
      FIRST,
      `RESUME SAME_RUNTIME: failed ${reason}`,
      'RESUME SAME_RUNTIME: completed, shown 1 2, told of the cut',
      'RESUME SAME_RUNTIME: completed, shown 1 2 3',
    ],
  }
}

/** Gemini CLI names a session's file by the minute, and takes the file for damaged that it has just written over. */
function losesItsSession(reason: string): Otherwise {
  return {
    because: 'it loses a session’s file if another process loads the session in the minute in which it began',
    lines: [
      FIRST,
      `RESUME SAME_RUNTIME: failed ${reason}`,
      'RESUME SAME_RUNTIME, refused: completed, shown 2, told 1 2 and the answers to 1',
      'RESUME SAME_RUNTIME: completed, shown 2 3, told 1 2 and the answers to 1',
    ],
    or: [FIRST, `RESUME SAME_RUNTIME: failed ${reason}`, ...GOES_ON_AFTER_THE_CUT],
  }
}

function upTo(last: number): string {
  return Array.from({ length: last }, (_, index) => index + 1).join(' ')
}

/** What was to happen; where one of two things may, that which did. */
export function expectedOf(situation: SituationName, cli: string, seen: readonly string[]): string[] {
  const { all, but } = EXPECTED[situation]
  const { lines = all, or } = but?.[cli] ?? {}
  return or !== undefined && or.join('\n') === seen.join('\n') ? or : lines
}
