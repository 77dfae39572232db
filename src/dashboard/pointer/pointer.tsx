export function Pointer() {
  return null
}
