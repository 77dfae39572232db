import { z } from 'zod'

/** A week. */
const LONGEST_SECONDS = 604_800
const LONGEST_TEXT = 65_536

const TEXT = 'must be a string.'
const TEXTS = 'must be a list of strings.'
const NAMED_TEXTS = 'must be an object whose values are strings.'
const NAME = 'must be the name of an environment variable: letters, digits and _.'

const text = (description: string) =>
  z
    .string(TEXT)
    .min(1, 'must not be empty.')
    .max(LONGEST_TEXT, `must be at most ${LONGEST_TEXT.toLocaleString('en')} characters long.`)
    .describe(description)
const texts = (description: string) => z.array(z.string(TEXT), TEXTS).describe(description)
const environment = (description: string) =>
  z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string(TEXT), {
      error: ({ code }) => (code === 'invalid_key' ? NAME : NAMED_TEXTS),
    })
    .describe(description)
const seconds = (description: string) => {
  const range = `must be a whole number from 1 to ${LONGEST_SECONDS.toLocaleString('en')}.`
  return z.int(range).min(1, range).max(LONGEST_SECONDS, range).describe(description)
}

/** As in the `.mcp.json` files of the CLIs. */
const mcpServer = z.union(
  [
    z.looseObject({
      command: text('The program to start. It communicates over stdio.'),
      args: texts("The program's arguments.").optional(),
      env: environment("The program's own environment variables.").optional(),
    }),
    z.looseObject({
      type: z.enum(['http', 'sse']).describe("The server's transport."),
      url: z.url().describe("The server's URL."),
      headers: z.record(z.string(), z.string()).optional().describe('The headers of each request.'),
    }),
  ],
  'must have a command (with args and env), or a type http or sse and a url (with headers).',
)

/**
 * The keys of an agent's config that daemons apply. Other keys are stored and passed on unchanged. This is the only
 * definition: the API validates with it, docs/agents.md shows it, and daemons parse with it.
 */
export const agentConfig = z
  .looseObject(
    {
      model: text('The model, as the CLI names it. Default: the CLI’s own.').optional(),
      instructions: text('What the agent is told with each task: its role, its rules.').optional(),
      permissions: z
        .enum(['read', 'edit', 'all'], 'must be read, edit or all.')
        .optional()
        .describe(
          "What the agent's tools may do: read files, also edit files in the work directory, or everything. " +
            'Never more than the daemon allows. Default: what the daemon allows.',
        ),
      env: environment('Environment variables of the CLI. The daemon passes on the names that it allows.').optional(),
      args: texts('More arguments of the CLI. The daemon passes on those that it allows.').optional(),
      mcpServers: z
        .record(z.string(), mcpServer, 'must be an object: a server for each name.')
        .optional()
        .describe('MCP servers by name, as in the .mcp.json file of a CLI.'),
      effort: text('How hard the model thinks, as the CLI names it: low, medium, high ...').optional(),
      limits: z
        .looseObject(
          {
            idleSeconds: seconds('The daemon ends a run that makes no progress for longer: agent_idle.').optional(),
            totalSeconds: seconds('The daemon ends a run that takes longer: timeout.').optional(),
          },
          'must be an object.',
        )
        .optional()
        .describe('When the daemon ends a run. Default: the daemon’s own limits.'),
    },
    'must be an object.',
  )
  .describe('The config of an agent.')

/** `agentConfig` as a JSON Schema (draft 2020-12). */
export const AGENT_CONFIG_SCHEMA: object = z.toJSONSchema(agentConfig, { io: 'input' })
