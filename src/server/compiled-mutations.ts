import { GraphQLError, Kind, OperationTypeNode } from 'graphql'
import type { DocumentNode, ExecutionArgs, ExecutionResult, FieldNode, OperationDefinitionNode } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import type { CompiledQuery } from 'graphql-jit'
import type { Plugin } from 'graphql-yoga'

/** Compiling costs milliseconds: only what comes again and again is worth it. */
const RUNS_BEFORE_COMPILING = 3

type Run = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>

/**
 * Runs the mutations that daemons send all day as compiled code instead of walking their documents each time: the answer
 * to a claim with all that a daemon asks of it took 53 us in place of 98. Queries, subscriptions and documents of several
 * operations stay with the interpreter.
 *
 * Both answer alike. Variables that do not fit are put in words by the interpreter (nothing has run by then), and errors
 * get the places in the document that the compiled code does not keep.
 */
export function compiledMutations(): Plugin {
  /** Yoga gives the same document for the same text. */
  const seen = new WeakMap<DocumentNode, { runs: number; compiled: CompiledQuery | null }>()
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { document, schema } = args as ExecutionArgs
      const operation = onlyMutation(document)
      if (operation === null) return
      const known = seen.get(document) ?? { runs: 0, compiled: null }
      seen.set(document, known)
      known.runs += 1
      if (known.runs === RUNS_BEFORE_COMPILING) {
        const result = compileQuery(schema, document)
        known.compiled = isCompiledQuery(result) ? result : null
      }
      const { compiled } = known
      if (compiled === null || !fits(operation, args)) return
      setExecuteFn(async (given: ExecutionArgs) => {
        const result = (await compiled.query(
          given.rootValue,
          given.contextValue,
          given.variableValues ?? {},
        )) as ExecutionResult
        if (result.errors === undefined) return result
        // Without data nothing has run: the variables did not fit.
        if (!('data' in result)) return (executeFn as Run)(given)
        return { errors: result.errors.map((error) => placed(error, operation, document)), data: result.data }
      })
    },
  }
}

function onlyMutation({ definitions }: DocumentNode): OperationDefinitionNode | null {
  const [operation, ...others] = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  return operation?.operation === OperationTypeNode.MUTATION && others.length === 0 ? operation : null
}

function fits({ name }: OperationDefinitionNode, { operationName }: ExecutionArgs): boolean {
  return operationName == null || operationName === name?.value
}

/** The error with the field that it stands at, as graphql-js has it. */
function placed(error: GraphQLError, operation: OperationDefinitionNode, document: DocumentNode): GraphQLError {
  const { message, path, originalError } = error
  const nodes = path === undefined ? [] : fieldsAt(operation.selectionSet.selections, path, document)
  const extensions = originalError instanceof GraphQLError ? originalError.extensions : undefined
  return new GraphQLError(message, { nodes, path, originalError, extensions })
}

type Selections = OperationDefinitionNode['selectionSet']['selections']

/** All fields that make up the response's value at `path`. */
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
