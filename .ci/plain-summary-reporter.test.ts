import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

/** Runs Vitest on the given test files and returns its standard output and the summary file. */
async function runVitest(files: Record<string, string>): Promise<{ output: string; file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'plain-summary-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source)
  const summaryFile = join(folder, 'summary.txt')
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
  const reporter = join(import.meta.dirname, 'plain-summary-reporter.ts')
  const output = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [vitest, 'run', '--root', folder, '--globals', '--reporter', 'default', '--reporter', reporter],
      { env: { ...process.env, PLAIN_SUMMARY_FILE: summaryFile } },
      (_failure, stdout) => resolve(stdout),
    )
  })
  return { output, file: readFileSync(summaryFile, 'utf8') }
}

it('ends the output with the plain line, and writes it to the file', async () => {
  const { output, file } = await runVitest({
    'a.test.js': `it('passes', () => {}); it('fails', () => expect(1).toBe(2)); it.skip('waits', () => {})`,
  })
  expect(output.endsWith('\n1 passed, 1 failed, 1 skipped\n')).toBe(true)
  expect(file).toBe('1 passed, 1 failed, 1 skipped\n')
})

it('counts as failed what should have been a result', async () => {
  const { file } = await runVitest({
    'empty.test.js': '',
    'broken.test.js': `throw new Error('cannot be loaded')`,
    'hook.test.js': `describe('group', () => { beforeAll(() => { throw new Error('hook') }); it('never runs', () => {}) })`,
    'stray.test.js': `it('passes', async () => { Promise.reject(new Error('stray')); await new Promise(setImmediate) })`,
  })
  expect(file).toBe('1 passed, 4 failed, 1 skipped\n')
})
