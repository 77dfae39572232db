import { GraphQLError } from 'graphql'
import { agentConfig, AGENT_CONFIG_SCHEMA } from '../../../src/agent-config/agent-config.js'
import type { ResumePolicy } from '../../../src/session-pointer/events.js'
import { DEFAULT_POLICY } from '../../../src/session-pointer/resume-policy.js'
import { connection } from './mock-connection.js'
import type { PageArgs } from './mock-connection.js'
import type { MockNodes } from './mock-nodes.js'
import type { World } from './world.js'

interface UpdateAgent {
  agentId: string
  name?: string | null
  runtimeId?: string | null
  maxConcurrentTasks?: number | null
  config?: unknown
  resumePolicy?: Partial<ResumePolicy> | null
}

interface CreateToken {
  name: string
  kind: string
  daemonId?: string | null
  expiresInSeconds?: number | null
}

/** Agents and tokens: what is read and changed of them. `refuse` throws where the token may not. */
export function mockAgents(world: World, nodes: MockNodes, kind: string, refuse: () => void) {
  return {
    agentConfigSchema: AGENT_CONFIG_SCHEMA,
    agents: (args: PageArgs & { includeArchived?: boolean | null }) =>
      connection(
        world.agents.filter(({ archivedAt }) => archivedAt === null || args.includeArchived === true),
        args,
        (agent) => nodes.agent(agent),
      ),
    tokens: () => {
      if (kind === 'ADMIN') return world.tokens
      throw new GraphQLError('A token like this may not do this.', { extensions: { code: 'FORBIDDEN' } })
    },
    simulateResumePolicy: ({ policy, agentId }: { policy: Partial<ResumePolicy>; agentId: string }) =>
      simulated(world, nodes, agentId, policy),
    createAgent: ({ input }: { input: { name: string; runtimeId: string } }) => {
      refuse()
      return { agent: nodes.agent(world.addAgent(input.name, world.runtime(input.runtimeId))) }
    },
    updateAgent: ({ input }: { input: UpdateAgent }) => {
      refuse()
      const agent = world.agent(input.agentId)
      if (input.name?.trim() === '') badInput([{ path: 'input.name', message: 'must not be empty.' }])
      if (input.config !== undefined) {
        const parsed = agentConfig.nullable().safeParse(input.config)
        if (!parsed.success) {
          badInput(
            parsed.error.issues.map(({ path, message }) => ({ path: ['input.config', ...path].join('.'), message })),
          )
        }
        agent.config = input.config
        agent.revision += 1
      }
      Object.assign(agent, {
        name: input.name ?? agent.name,
        runtimeId: input.runtimeId ?? agent.runtimeId,
        maxConcurrentTasks: input.maxConcurrentTasks ?? agent.maxConcurrentTasks,
        policy: input.resumePolicy == null ? agent.policy : { ...DEFAULT_POLICY, ...input.resumePolicy },
      })
      return { agent: nodes.agent(agent) }
    },
    archiveAgent: ({ input }: { input: { agentId: string } }) => {
      refuse()
      const agent = world.agent(input.agentId)
      agent.archivedAt = world.now()
      return { agent: nodes.agent(agent) }
    },
    createToken: ({ input }: { input: CreateToken }) => {
      refuse()
      const { name, kind: made, daemonId = null, expiresInSeconds } = input
      const token = world.addToken(world.id('tok'), name, made, daemonId)
      if (expiresInSeconds != null) token.expiresAt = new Date(world.time + expiresInSeconds * 1_000).toISOString()
      return { secret: `baton_secret_of_${name}`, token }
    },
    revokeToken: ({ input }: { input: { tokenId: string } }) => {
      refuse()
      const token = world.tokens.find(({ id }) => id === input.tokenId)
      if (token !== undefined) token.revokedAt = world.now()
      return { token }
    },
  }
}

function badInput(fields: { path: string; message: string }[]): never {
  const message = fields.map((field) => `${field.path} ${field.message}`).join('; ')
  throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', fields } })
}

/** Only of a policy that never resumes. */
function simulated(world: World, nodes: MockNodes, agentId: string, policy: Partial<ResumePolicy>) {
  const claims = world.log.flatMap((event) => {
    const conversation = world.conversation(event.conversationId)
    if (event.type !== 'TASK_CLAIMED' || event.data.decision === null || conversation.agentId !== agentId) return []
    return [{ event, conversation, decision: event.data.decision }]
  })
  const flips = policy.enabled === false ? claims.filter(({ decision }) => decision.outcome === 'RESUME') : []
  return {
    claims: claims.length,
    flips: flips.length,
    byReason: flips.length === 0 ? [] : [{ from: 'SAME_RUNTIME', to: 'RESUME_DISABLED', count: flips.length }],
    examples: flips.slice(0, 20).map(({ event, conversation, decision }) => ({
      position: String(event.position),
      occurredAt: event.occurredAt,
      conversation: nodes.conversation(conversation),
      task: nodes.task(world.task(event.taskId ?? '')),
      recorded: decision,
      simulated: { outcome: 'FRESH', reason: 'RESUME_DISABLED', sessionId: null },
    })),
  }
}
