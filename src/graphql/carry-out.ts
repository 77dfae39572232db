import type { Caller } from '../use-cases/calls/caller.js'
import type { Outcome } from '../use-cases/calls/outcome.js'
import type { Services } from '../use-cases/services/services.js'
import { callerOf } from './context.js'
import type { Context } from './context.js'
import { unwrap } from './errors.js'

/**
 * Runs a use case for the caller and throws its refusal. It clears what the request has loaded so far: the mutations of
 * one document run one after another, and each answer shows the data after its own change. If earlier answers have
 * filled the response, the mutation is refused before it runs, because its result could not be returned.
 */
export async function carryOut<Input, T>(
  context: Context,
  useCase: (services: Services, caller: Caller, input: Input) => Promise<Outcome<T>>,
  input: Input,
): Promise<T> {
  context.loaders.size.refuseTooMuch()
  context.loaders.forget()
  const outcome = await useCase(context.services, callerOf(context), input)
  if (!outcome.ok) context.services.observer.refused(outcome.refusal.code)
  return unwrap(outcome)
}
