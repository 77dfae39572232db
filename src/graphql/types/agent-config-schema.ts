import { AGENT_CONFIG_SCHEMA } from '../../agent-config/agent-config.js'
import { builder } from '../builder.js'

builder.queryField('agentConfigSchema', (t) =>
  t.field({
    type: 'JSON',
    description:
      'JSON Schema (draft 2020-12) of `Agent.config`: the keys that Baton knows, and the types of their values. ' +
      '`createAgent` and `updateAgent` refuse a config that violates it; they keep unknown keys.',
    authScopes: { read: true },
    resolve: () => AGENT_CONFIG_SCHEMA,
  }),
)
