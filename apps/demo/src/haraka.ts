import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { Child } from './child-process.ts'
import { DemoError } from './demo-error.ts'
import { harakaInstallation, makeHarakaHome, type HarakaSetup } from './haraka-home.ts'
import { removeAtExit } from './leftovers.ts'

const startLimitMs = 60_000

/** A real Haraka, as a child process on loopback. */
export interface Haraka {
  readonly child: Child
  readonly port: number
  /** The ledger that its plugin keeps, as `openLedger` takes it. */
  readonly ledger: string
  /** Ends it and takes its directory away. */
  stop(): Promise<void>
}

/**
 * Starts Haraka in a new directory and waits until it listens.
 *
 * @throws DemoError `EDEMOHARAKA` if it ends or says nothing for a minute, `EDEMOINTERRUPTED` if `signal` is aborted
 */
export async function startHaraka(setup: HarakaSetup, signal: AbortSignal): Promise<Haraka> {
  const home = makeHarakaHome(setup)
  const removeHome = (): void => rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  const child = new Child(
    spawn(process.execPath, [path.join(harakaInstallation, 'bin/haraka'), '-c', home], {
      cwd: home,
      env: environment(),
      // Its standard input ends when this process dies, and then it ends too: see the plugin in its directory.
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C is for the demo alone, which ends Haraka itself.
      detached: true,
    }),
  )
  const forget = removeAtExit(() => {
    child.kill()
    removeHome()
  })
  const stop = async (): Promise<void> => {
    await child.stop()
    removeHome()
    forget()
  }
  try {
    const port = await portOf(child, signal)
    return { child, port, ledger: `file:${path.join(home, 'icloud.db')}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function portOf(child: Child, signal: AbortSignal): Promise<number> {
  const undo: (() => void)[] = []
  try {
    return await new Promise<number>((resolve, reject) => {
      const fail = (how: string): void => {
        const message = `Haraka was expected to listen within ${startLimitMs / 1000} s, and ${how}.`
        reject(new DemoError('EDEMOHARAKA', message, child.lines))
      }
      const interrupt = (): void => reject(new DemoError('EDEMOINTERRUPTED', 'Interrupted.'))
      const timer = setTimeout(() => fail('did not'), startLimitMs)
      signal.addEventListener('abort', interrupt)
      undo.push(
        child.onLine((line) => {
          const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
          if (port !== undefined) resolve(Number(port))
        }),
        child.onEnd((how) => fail(`ended ${how}`)),
        () => clearTimeout(timer),
        () => signal.removeEventListener('abort', interrupt),
      )
      if (signal.aborted) interrupt()
    })
  } finally {
    for (const step of undo) step()
  }
}

/** Without what would send Haraka to another directory. */
function environment(): NodeJS.ProcessEnv {
  const { HARAKA: _home, HARAKA_TEST_DIR: _test, NODE_ENV: _mode, ...rest } = process.env
  return rest
}
