import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

/** Runs Vitest on the given test files and returns its standard output. */
async function runVitest(
  files: Record<string, string>,
  { summaryFile = '', failuresFile = '' } = {},
): Promise<string> {
  const folder = temporaryFolder()
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source)
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
  const reporter = join(import.meta.dirname, 'plain-summary-reporter.ts')
  const options = ['--root', folder, '--globals', '--reporter', 'default', '--reporter', reporter]
  const env = { ...process.env, PLAIN_SUMMARY_FILE: summaryFile, PLAIN_FAILURES_FILE: failuresFile }
  return new Promise((resolve) => {
    execFile(process.execPath, [vitest, 'run', ...options], { env }, (_failure, stdout) => resolve(stdout))
  })
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plain-summary-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

it('ends the output with the plain line', async () => {
  const output = await runVitest({
    'a.test.js': `it('passes', () => {}); it('fails', () => expect(1).toBe(2)); it.skip('waits', () => {})`,
  })
  expect(output.endsWith('\n1 passed, 1 failed, 1 skipped\n')).toBe(true)
})

it('writes the line to a file instead if one is named', async () => {
  const summaryFile = join(temporaryFolder(), 'summary.txt')
  const output = await runVitest({ 'a.test.js': `it('passes', () => {})` }, { summaryFile })
  expect(readFileSync(summaryFile, 'utf8')).toBe('1 passed, 0 failed, 0 skipped\n')
  expect(output).not.toContain('1 passed, 0 failed, 0 skipped')
})

/** What should have been a result and is not. */
const amiss = {
  'empty.test.js': '',
  'broken.test.js': `throw new Error('cannot be loaded')`,
  'hook.test.js': `describe('group', () => { beforeAll(() => { throw new Error('hook') }); it('never runs', () => {}) })`,
  'stray.test.js': `it('passes', async () => { Promise.reject(new Error('stray')); await new Promise(setImmediate) })`,
}

it('counts as failed what should have been a result', async () => {
  expect((await runVitest(amiss)).endsWith('\n1 passed, 4 failed, 1 skipped\n')).toBe(true)
})

it('adds what failed to a file, with the whole name, and why', async () => {
  const failuresFile = join(temporaryFolder(), 'failures.txt')
  writeFileSync(failuresFile, 'Earlier.\n')
  await runVitest({ 'a.test.js': `it('passes', () => {}); it.skip('waits', () => {})` }, { failuresFile })
  expect(readFileSync(failuresFile, 'utf8')).toBe('Earlier.\n')
  const wrong = `describe('sums', () => it('add up', () => expect([1, 1]).toEqual([1, 2])))`
  await runVitest({ ...amiss, 'sums.test.js': wrong }, { failuresFile })
  const told = readFileSync(failuresFile, 'utf8')
  for (const line of [
    /^Earlier\./,
    /^FAILED sums\.test\.js > sums > add up\n {2}expected \[ 1, 1 \] to deeply equal \[ 1, 2 \]\n[^]*sums\.test\.js:1:/m,
    /^FAILED empty\.test\.js\n/m,
    /^FAILED broken\.test\.js\n {2}cannot be loaded$/m,
    /^FAILED hook\.test\.js > group\n {2}hook$/m,
    /^FAILED outside any test\n {2}stray$/m,
  ])
    expect(told).toMatch(line)
  expect(told).not.toContain('\u001B')
})
