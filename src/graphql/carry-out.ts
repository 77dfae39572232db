import type { Caller } from '../use-cases/caller.js'
import type { Outcome } from '../use-cases/outcome.js'
import type { Services } from '../use-cases/services.js'
import { callerOf } from './context.js'
import type { Context } from './context.js'
import { unwrap } from './errors.js'

/**
 * Carries a use case out for the caller, and throws its refusal. What the request has read so far is forgotten: the
 * mutations of one document run one after the other, and each answer is of its own time. Where the answers before it have
 * filled the response, a mutation is refused and not carried out: nothing of its answer could be told.
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
