import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command as it is published. */
export const bin: string = fileURLToPath(new URL('../dist/bin.js', import.meta.url))

/** How a process ended, and what it wrote. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** The environment of the tests, without what decides about colours. */
function plainEnvironment(more: Record<string, string> = {}): Record<string, string | undefined> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_DISABLE_COLORS: _disable, CI: _ci, ...rest } = process.env
  return { ...rest, TERM: 'xterm-256color', ...more }
}

/** How a program is run. */
export interface RunOptions {
  input?: string | Uint8Array
  env?: Record<string, string>
  cwd?: string
}

/** Runs a program to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { input, env, cwd }: RunOptions = {},
): Promise<Ended> {
  const stdin = input === undefined ? 'ignore' : 'pipe'
  const child = spawn(program, args, {
    stdio: [stdin, 'pipe', 'pipe'],
    env: plainEnvironment(env),
    ...(cwd !== undefined && { cwd }),
  })
  // A child that does not read to the end closes the pipe.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const code = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject))
  const [stdout, stderr] = await Promise.all([child.stdout!.toArray(), child.stderr!.toArray()])
  return {
    code: await code,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  }
}

/** Runs the command to its end. */
export async function run(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return runProgram(process.execPath, [bin, ...args], options)
}

/**
 * Runs the command in a terminal of a width. Both outputs come as one.
 *
 * @param input - what is typed; without it nobody types
 */
export async function runInTerminal(
  args: readonly string[],
  columns: number,
  env: Record<string, string> = {},
  input?: string,
): Promise<Ended> {
  const quoted = [process.execPath, bin, ...args].map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ')
  const shell = `stty cols ${columns}; ${quoted}`
  const scriptArgs =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', 'sh', '-c', shell]
      : ['--quiet', '--return', '--command', shell, '/dev/null']
  const ended = await runProgram('script', scriptArgs, { env, ...(input !== undefined && { input }) })
  return { ...ended, stdout: ended.stdout.replaceAll('\r\n', '\n') }
}

const started = new Set<ChildProcessWithoutNullStreams>()

/** Starts Node, for tests that talk with it. */
export function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, args, { stdio: 'pipe', env: plainEnvironment() })
  started.add(child)
  child.on('exit', () => started.delete(child))
  return child
}

/** Ends what a failed test has left running. */
export function killStarted(): void {
  for (const child of started) child.kill('SIGKILL')
}
