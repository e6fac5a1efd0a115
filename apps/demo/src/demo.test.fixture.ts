import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { test, type TestAPI } from 'vitest'

const main = path.resolve(import.meta.dirname, '../dist/main.js')

export type Demo = ChildProcessByStdio<null, Readable, Readable>

/** What each test has of its own, so that several may go on at once: a demo mostly waits. */
export interface Ground {
  /** What a demo leaves behind is left behind here. */
  folder: string
  /** Starts the demo. */
  start: (...args: string[]) => Demo
  /** The same, with Ctrl-C at the moment in which it has printed what matches. */
  startUntil: (printed: RegExp, ...args: string[]) => Demo
}

/** A module that interrupts its own process: a signal from another one may come when the demo has gone on. */
function interruptedAt(pattern: RegExp): string {
  const source = `
    const { stdout } = process
    const { write } = stdout
    let printed = ''
    stdout.write = (chunk, ...rest) => {
      const isTaken = write.call(stdout, chunk, ...rest)
      printed += chunk
      if (${String(pattern)}.test(printed)) {
        stdout.write = write
        process.kill(process.pid, 'SIGINT')
      }
      return isTaken
    }`
  return `data:text/javascript,${encodeURIComponent(source)}`
}

export const it: TestAPI<Ground> = test.extend<Ground & { node: (...args: string[]) => Demo }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads from it that nothing is asked for.
  folder: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'demo-test-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  },
  node: async ({ folder }, use) => {
    const started: ChildProcess[] = []
    await use((...args) => {
      const env = { ...process.env, TMPDIR: folder, HOME: folder, NO_COLOR: '1' }
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
      started.push(child)
      return child
    })
    for (const child of started) child.kill('SIGKILL')
  },
  start: ({ node }, use) => use((...args) => node(main, ...args)),
  startUntil: ({ node }, use) =>
    use((pattern, ...args) => node('--import', interruptedAt(pattern), main, ...args)),
})

/** Resolves with what the demo has printed as soon as that matches. */
export function printed(child: Demo, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    // A sign may come in two pieces.
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      if (pattern.test(output)) resolve(output)
    })
    child.on('exit', () =>
      reject(new Error(`The demo ended without printing ${String(pattern)}:\n${output}`)),
    )
  })
}
