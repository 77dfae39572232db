export function ResumeHealthPage() {
  return null
}
