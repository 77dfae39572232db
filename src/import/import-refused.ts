type Code =
  | 'BAD_INPUT'
  | 'SOURCE_UNREACHABLE'
  | 'NOT_READABLE'
  | 'NOT_A_SOURCE'
  | 'COLUMN_MISSING'
  | 'NO_SUCH_WORKSPACE'
  | 'AMBIGUOUS_WORKSPACE'

/** Why an import is impossible, as a sentence for the operator. Nothing was written. */
export class ImportRefused extends Error {
  constructor(
    readonly code: Code,
    /** The command-line option that the error is about. */
    readonly field: 'from' | 'workspace' | 'into',
    message: string,
  ) {
    super(message)
    this.name = 'ImportRefused'
  }
}
