import { context, propagation, ProxyTracerProvider, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import type { Observer } from '../../use-cases/services/observer.js'
import { tellsOfFailure } from '../operations/operation.js'
import type { Operation } from '../operations/operation.js'

export interface OperationSpan {
  /** Wraps the function so that the span is the parent of spans that it starts. */
  around<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R
  end(codes: readonly string[]): void
}

/**
 * OpenTelemetry spans. The server uses only the API; spans go to the SDK that the operator registers
 * (NODE_OPTIONS=--import ...). Without an SDK, no span is created.
 */
export interface Tracing {
  /** null if no SDK is registered. */
  operation(operation: Operation, headers?: object): OperationSpan | null
  span: Observer['span']
}

const NAME = 'baton'

export function openTracing(): Tracing {
  const tracer = registeredTracer()
  if (tracer === undefined) return { operation: () => null, span: (_name, _attributes, work) => work() }
  return {
    operation: (operation, headers) => operationSpan(tracer, operation, headers),
    span: (name, attributes, work) => inSpan(tracer, name, attributes, work),
  }
}

/** undefined if no SDK is registered. */
function registeredTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider()
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(NAME) : provider.getTracer(NAME)
}

function operationSpan(tracer: Tracer, { kind, name, ...ids }: Operation, headers: object = {}): OperationSpan {
  const attributes: Attributes = {
    'graphql.operation.type': kind,
    ...(name === null ? {} : { 'graphql.operation.name': name }),
    'baton.request.id': ids.requestId,
    ...(ids.workspace === null ? {} : { 'baton.workspace.id': ids.workspace }),
    ...(ids.token === null ? {} : { 'baton.token.id': ids.token }),
  }
  const parent = propagation.extract(context.active(), headers)
  const span = tracer.startSpan(kind, { kind: SpanKind.SERVER, attributes }, parent)
  const inside = trace.setSpan(parent, span)
  return {
    around: (work) => context.bind(inside, work),
    end(codes) {
      if (codes.length > 0) span.setAttribute('baton.error.codes', [...codes])
      finish(span, tellsOfFailure(codes))
    },
  }
}

/** A batch serves many callers, so its span is a root without a parent operation. */
async function inSpan<T>(tracer: Tracer, name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const span = tracer.startSpan(name, { root: true, attributes })
  try {
    const result = await context.with(trace.setSpan(context.active(), span), work)
    finish(span, false)
    return result
  } catch (error) {
    finish(span, true)
    throw error
  }
}

/** Records no error text, because it may quote data. The log has it. */
function finish(span: Span, failed: boolean): void {
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
