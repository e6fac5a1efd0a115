import { appendFileSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
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

/** Of the errors of one failure: enough to see what was expected and where. */
const longestError = 3000

/** Of a stack, the lines that are neither Vitest's nor Node's. */
function places(stack = ''): string[] {
  return stack
    .split('\n')
    .filter((line) => /^ +at /.test(line) && !/node_modules|node:|<anonymous>/.test(line))
}

/** What failed, each with the whole name of the test and its errors, without colours. */
export function failures(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[] = [],
): string {
  const told: string[] = []
  const tell = (name: string, errors: readonly SerializedError[]): void => {
    const text = errors.map(({ message, diff, stack }) =>
      [message, diff, ...places(stack)].filter(Boolean).join('\n'),
    )
    const plain = stripVTControlCharacters(text.join('\n')).slice(0, longestError)
    told.push(`FAILED ${name}\n${plain.replace(/^/gm, '  ')}\n`)
  }
  for (const module of modules) {
    const file = `${module.project.name} ${module.relativeModuleId}`.trim()
    let tests = 0
    for (const test of module.children.allTests()) {
      tests++
      const { state, errors } = test.result()
      if (state === 'pending') tell(`${file} > ${test.fullName}`, [{ message: 'it never ended' }])
      else if (state === 'failed') tell(`${file} > ${test.fullName}`, errors)
    }
    if (module.errors().length > 0) tell(file, module.errors())
    else if (tests === 0) tell(file, [{ message: 'it holds no test' }])
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) tell(`${file} > ${suite.fullName}`, suite.errors())
  }
  if (unhandledErrors.length > 0) tell('outside any test', unhandledErrors)
  return told.join('\n')
}

/**
 * Ends the output with one plain line, `N passed, N failed, N skipped`, for readers that are programs.
 * If the environment variable `PLAIN_SUMMARY_FILE` names a file, the line goes there instead: a script that
 * does more after the tests prints it as its own last line. What failed is added to the file that
 * `PLAIN_FAILURES_FILE` names, for the end of the output, too: of a long one often only the end is kept.
 */
export default class PlainSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const { passed, failed, skipped } = tally(modules, unhandledErrors)
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped\n`
    const file = process.env['PLAIN_SUMMARY_FILE']
    if (file) writeFileSync(file, line)
    else process.stdout.write(line)
    const told = process.env['PLAIN_FAILURES_FILE'] && failures(modules, unhandledErrors)
    if (told) appendFileSync(process.env['PLAIN_FAILURES_FILE']!, `${told}\n`)
  }
}
