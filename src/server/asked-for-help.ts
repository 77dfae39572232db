/** Whether a command line asks how the program is used, and not for anything else. */
export function isAskedForHelp(argv: readonly string[]): boolean {
  return argv.slice(2).some((word) => word === '--help' || word === '-h')
}
