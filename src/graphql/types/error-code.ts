import { builder } from '../builder.js'
import { ERROR_CODES } from '../error-codes.js'

const values = Object.entries(ERROR_CODES).map(([code, description]) => [code, { description }] as const)

builder.enumType('ErrorCode', {
  description:
    'Values of `extensions.code` in errors, in responses and in streams. No field has this type; it exists so ' +
    'that clients can generate constants. The list may grow: treat an unknown code as a refusal.',
  values: Object.fromEntries(values),
})
