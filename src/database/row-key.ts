/** One string for a (workspaceId, id) pair, to look rows up by. */
export function rowKey(workspaceId: string, id: string): string {
  return `${workspaceId}/${id}`
}
