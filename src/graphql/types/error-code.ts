import { builder } from '../builder.js'
import { ERROR_CODES } from '../error-codes.js'

const values = Object.entries(ERROR_CODES).map(([code, description]) => [code, { description }] as const)

builder.enumType('ErrorCode', {
  description:
    'extensions.code of every error, in an answer as in a stream. No field has this type: clients generate their ' +
    'constants from it. The list may grow; treat a code that you do not know as a refusal.',
  values: Object.fromEntries(values),
})
