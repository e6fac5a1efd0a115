import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** How many tests ended in which way. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
}

/**
 * Counts the results of one run. What should have been a result and is not counts as failed: a module
 * that cannot be loaded or holds no test, a hook that throws, a test that never ended, a stray error.
 */
export function tally(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[] = [],
): Tally {
  const sum: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    let tests = 0
    for (const test of module.children.allTests()) {
      tests++
      const { state } = test.result()
      if (state === 'passed') sum.passed++
      else if (state === 'skipped') sum.skipped++
      else sum.failed++
    }
    if (tests === 0 || module.errors().length > 0) sum.failed++
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) sum.failed++
  }
  return sum
}

/**
 * Ends the output with one plain line, `N passed, N failed, N skipped`, for readers that are programs.
 * If the environment variable `PLAIN_SUMMARY_FILE` names a file, the line goes there instead: a script that
 * does more after the tests prints it as its own last line.
 */
export default class PlainSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const { passed, failed, skipped } = tally(modules, unhandledErrors)
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped\n`
    const file = process.env['PLAIN_SUMMARY_FILE']
    if (file) writeFileSync(file, line)
    else process.stdout.write(line)
  }
}
