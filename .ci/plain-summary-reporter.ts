import { appendFileSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** How the tests of one run ended. */
export interface Tally {
  passed: number
  skipped: number
  /** What failed, each with the whole name of the test and its errors, without colours. */
  failures: string[]
}

/**
 * Counts the results of one run. What should have been a result and is not counts as failed: a module
 * that cannot be loaded or holds no test, a hook that throws, a test that never ended, a stray error.
 */
export function tally(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[] = [],
): Tally {
  const sum: Tally = { passed: 0, skipped: 0, failures: [] }
  const fail = (name: string, errors: readonly SerializedError[]): void =>
    void sum.failures.push(failure(name, errors))
  for (const error of unhandledErrors) fail('outside any test', [error])
  for (const module of modules) {
    const file = `${module.project.name} ${module.relativeModuleId}`.trim()
    let tests = 0
    for (const test of module.children.allTests()) {
      tests++
      const { state, errors = [] } = test.result()
      if (state === 'passed') sum.passed++
      else if (state === 'skipped') sum.skipped++
      else fail(`${file} > ${test.fullName}`, state === 'pending' ? [{ message: 'it never ended' }] : errors)
    }
    if (module.errors().length > 0) fail(file, module.errors())
    else if (tests === 0) fail(file, [{ message: 'it holds no test' }])
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) fail(`${file} > ${suite.fullName}`, suite.errors())
  }
  return sum
}

/** Of the errors of one failure: enough to see what was expected and where. */
const longestError = 3000

/** Of a stack, the lines that are neither Vitest's nor Node's. */
function places(stack = ''): string[] {
  return stack
    .split('\n')
    .filter((line) => /^ +at /.test(line) && !/node_modules|node:|<anonymous>/.test(line))
}

function failure(name: string, errors: readonly SerializedError[]): string {
  const text = errors.map(({ message, diff, stack }) =>
    [message, diff, ...places(stack)].filter(Boolean).join('\n'),
  )
  const plain = stripVTControlCharacters(text.join('\n')).slice(0, longestError)
  return `FAILED ${name}\n${plain.replace(/^/gm, '  ')}\n`
}

/**
 * Ends the output with one plain line, `N passed, N failed, N skipped`, for readers that are programs.
 * If the environment variable `PLAIN_SUMMARY_FILE` names a file, the line goes there instead: a script that
 * does more after the tests prints it as its own last line. What failed is added to the file that
 * `PLAIN_FAILURES_FILE` names, for the end of the output, too: of a long one often only the end is kept.
 */
export default class PlainSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const { passed, skipped, failures } = tally(modules, unhandledErrors)
    const line = `${passed} passed, ${failures.length} failed, ${skipped} skipped\n`
    const file = process.env['PLAIN_SUMMARY_FILE']
    if (file) writeFileSync(file, line)
    else process.stdout.write(line)
    const failuresFile = process.env['PLAIN_FAILURES_FILE']
    if (failuresFile && failures.length > 0) appendFileSync(failuresFile, `${failures.join('\n')}\n`)
  }
}
