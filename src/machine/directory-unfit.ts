/** An unusable directory. The message is for the operator, and says what to do. */
export class DirectoryUnfit extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DirectoryUnfit'
  }
}

/** The purpose of a directory, and how to name another one. */
export interface DirectoryKind {
  name: string
  another: string
}

const DATA_DIRECTORY: DirectoryKind = { name: 'data directory', another: 'set BATON_DATA_DIR to another one' }

/** The meaning of a system error code for a directory; null for a code that is not about directories. */
export function directoryProblem(
  directory: string,
  code: string,
  { name, another }: DirectoryKind = DATA_DIRECTORY,
): string | null {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The ${name} ${directory} cannot be written to (${code}). Give this user the right to, or ${another}.`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${directory} is not a directory. Move the file away, or ${another}.`
    case 'ENOSPC':
    case 'EDQUOT':
      return `There is no space left for the ${name} ${directory}. Make room, and start again.`
    default:
      return null
  }
}
