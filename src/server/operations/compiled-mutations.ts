import { GraphQLError, Kind, OperationTypeNode } from 'graphql'
import type { DocumentNode, ExecutionArgs, ExecutionResult, FieldNode, OperationDefinitionNode } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import type { CompiledQuery } from 'graphql-jit'
import type { Plugin } from 'graphql-yoga'

/** Compiling takes milliseconds, so only repeated documents are compiled. */
const RUNS_BEFORE_COMPILING = 3

/** Executes a document by walking it. */
type Interpreter = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>

/**
 * Executes repeated mutations as compiled code instead of walking their documents: the answer to a claim with a
 * daemon's full selection took 53 us instead of 98. Queries, subscriptions and documents with several operations stay
 * with the interpreter. (Envelop's plugin for graphql-jit loses the locations of errors.)
 */
export function compiledMutations(): Plugin {
  /** Yoga returns the same document object for the same text. */
  const seen = new WeakMap<DocumentNode, { runs: number; compiled: CompiledMutation | null }>()

  function counted({ document, schema }: ExecutionArgs): CompiledMutation | null {
    const operation = onlyMutation(document)
    if (operation === null) return null
    const known = seen.get(document) ?? { runs: 0, compiled: null }
    seen.set(document, known)
    known.runs += 1
    if (known.runs === RUNS_BEFORE_COMPILING) {
      const result = compileQuery(schema, document)
      if (isCompiledQuery(result)) known.compiled = new CompiledMutation(document, operation, result)
    }
    return known.compiled
  }

  return {
    onExecute: ({ args, executeFn, setExecuteFn }) => {
      const compiled = counted(args)
      if (compiled?.fits(args) !== true) return
      setExecuteFn((given: ExecutionArgs) => compiled.run(given, executeFn as Interpreter))
    },
  }
}

/**
 * Answers like the interpreter. For invalid variables the interpreter writes the error, because nothing has run yet.
 * Errors get the locations in the document that compiled code does not keep.
 */
class CompiledMutation {
  constructor(
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly code: CompiledQuery,
  ) {}

  /** Whether the request asks for this operation. */
  fits({ operationName }: Pick<ExecutionArgs, 'operationName'>): boolean {
    return operationName == null || operationName === this.operation.name?.value
  }

  async run(args: ExecutionArgs, interpret: Interpreter): Promise<ExecutionResult> {
    const { rootValue, contextValue, variableValues } = args
    const result = (await this.code.query(rootValue, contextValue, variableValues ?? {})) as ExecutionResult
    if (result.errors === undefined) return result
    // Without data nothing has run: the variables were invalid.
    if (!('data' in result)) return interpret(args)
    return { errors: result.errors.map((error) => placed(error, this.operation, this.document)), data: result.data }
  }
}

function onlyMutation({ definitions }: DocumentNode): OperationDefinitionNode | null {
  const [operation, ...others] = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return operation?.operation === OperationTypeNode.MUTATION && others.length === 0 ? operation : null
}

/** Adds the error's field nodes, as graphql-js does. */
function placed(error: GraphQLError, operation: OperationDefinitionNode, document: DocumentNode): GraphQLError {
  const { message, path, originalError } = error
  const nodes = path === undefined ? [] : fieldsAt(operation.selectionSet.selections, path, document)
  const extensions = originalError instanceof GraphQLError ? originalError.extensions : undefined
  return new GraphQLError(message, { nodes, path, originalError, extensions })
}

type Selections = OperationDefinitionNode['selectionSet']['selections']

/** The fields of the document that produce the response's value at `path`. */
function fieldsAt(selections: Selections, path: readonly (string | number)[], document: DocumentNode): FieldNode[] {
  const [name, ...rest] = path.filter((part) => typeof part === 'string')
  const fields = flattened(selections, document).filter((field) => (field.alias ?? field.name).value === name)
  if (rest.length === 0) return fields
  return fields.flatMap(({ selectionSet }) => fieldsAt(selectionSet?.selections ?? [], rest, document))
}

function flattened(selections: Selections, document: DocumentNode): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    if (selection.kind === Kind.INLINE_FRAGMENT) return flattened(selection.selectionSet.selections, document)
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    )
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? flattened(fragment.selectionSet.selections, document) : []
  })
}
