import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `node sum-reports.js <directory>`: prints what all runs of tests came to, with what failed, and fails where one failed. Of each run the
 * directory has `<name>.status`, its exit status, and `<name>.json`, vitest's report, unless it ended before writing one.
 */
const directory = process.argv[2]
const names = readdirSync(directory).flatMap((file) => (file.endsWith('.status') ? [file.slice(0, -7)] : []))
const total = { passed: 0, failed: 0 }

for (const name of names) {
  const { passed, failed } = counts(name, readFileSync(join(directory, `${name}.status`), 'utf8').trim())
  if (names.length > 1) console.log(`${name}: ${passed} passed, ${failed} failed`)
  total.passed += passed
  total.failed += failed
}
// Where nothing was run, nothing was shown.
if (names.length === 0) total.failed = 1
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

function counts(name, status) {
  const file = join(directory, `${name}.json`)
  if (!existsSync(file)) {
    console.log(`${name}: ended with status ${status} and without a report: see above.`)
    return { passed: 0, failed: 1 }
  }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
  // A file that fails before or between its tests (an import, a hook) counts as one failure; so does an error that
  // vitest cannot blame on any test.
  const failedOutsideTests = testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
  )
  for (const { name: path, message } of failedOutsideTests)
    console.log(`Failed outside of its tests: ${path}\n${head(message)}`)
  for (const { name: path, assertionResults } of testResults)
    for (const { status: ended, fullName, failureMessages } of assertionResults)
      if (ended === 'failed') console.log(`Failed: ${path}\n  ${fullName}\n${failureMessages.map(head).join('\n')}`)
  const failed = numFailedTests + failedOutsideTests.length
  if (status === '0' || failed > 0) return { passed: numPassedTests, failed }
  console.log(`${name}: failed outside of every test file: see above.`)
  return { passed: numPassedTests, failed: 1 }
}

/** The log above is long, and may be kept in part. */
function head(text = '') {
  return text
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n')
}
