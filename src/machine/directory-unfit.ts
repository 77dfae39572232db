/** A data directory that cannot be used as it is. The message is for whoever starts the process, and says what to do. */
export class DirectoryUnfit extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DirectoryUnfit'
  }
}

/** What the system's code means for the data directory; null for a code that says nothing of it. */
export function directoryProblem(directory: string, code: string): string | null {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The data directory ${directory} cannot be written to (${code}). Give this user the right to, or set BATON_DATA_DIR.`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${directory} is not a directory. Set BATON_DATA_DIR to one, or to a path where nothing is yet.`
    case 'ENOSPC':
    case 'EDQUOT':
      return `There is no space left for the data directory ${directory}. Make room, and start again.`
    default:
      return null
  }
}
