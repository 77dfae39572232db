import { AGENT_CONFIG_SCHEMA } from '../../agent-config/agent-config.js'
import { builder } from '../builder.js'

builder.queryField('agentConfigSchema', (t) =>
  t.field({
    type: 'JSON',
    description:
      'A JSON Schema (draft 2020-12) of Agent.config: which keys have a meaning, and the types of their values. ' +
      'createAgent and updateAgent refuse a config that it does not describe, and keep other keys.',
    authScopes: { read: true },
    resolve: () => AGENT_CONFIG_SCHEMA,
  }),
)
