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
      command: text('The program to start; it speaks on stdio.'),
      args: texts('Its arguments.').optional(),
      env: environment('Its own environment variables.').optional(),
    }),
    z.looseObject({
      type: z.enum(['http', 'sse']).describe('How the server is spoken to.'),
      url: z.url().describe('Where it is.'),
      headers: z.record(z.string(), z.string()).optional().describe('What is sent with each request.'),
    }),
  ],
  'must have a command (with args and env), or a type http or sse and a url (with headers).',
)

/**
 * What an agent's config may say to the daemon that runs it. Keys that are not here are kept and passed on as they are.
 * The one description of it: the API validates with it, docs/agents.md shows it, daemons read by it.
 */
export const agentConfig = z
  .looseObject(
    {
      model: text('The model, as the CLI names it. Default: the CLI’s own.').optional(),
      instructions: text('What the agent is told beside each task: its role, its rules.').optional(),
      permissions: z
        .enum(['read', 'edit', 'all'], 'must be read, edit or all.')
        .optional()
        .describe(
          'What its tools may do: read files, also edit files in the work directory, or everything. ' +
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
            idleSeconds: seconds('A run without progress for so long is ended: agent_idle.').optional(),
            totalSeconds: seconds('A run that takes longer is ended: timeout.').optional(),
          },
          'must be an object.',
        )
        .optional()
        .describe('When the daemon ends a run. Default: the daemon’s own limits.'),
    },
    'must be an object.',
  )
  .describe('The config of an agent.')

/** The same as a JSON Schema (draft 2020-12). */
export const AGENT_CONFIG_SCHEMA: object = z.toJSONSchema(agentConfig, { io: 'input' })
