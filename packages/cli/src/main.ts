import { exitCodeOf } from './cli-error.ts'
import { endWithReader } from './output/end-with-reader.ts'
import { errorLine } from './output/tell-error.ts'
import { run } from './program.ts'

/** Runs the command line of this process, and sets its exit code. */
export async function main(): Promise<void> {
  endWithReader(process.stdout)
  try {
    process.exitCode = await run(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(errorLine(error, process.argv.includes('--json')))
    process.exitCode = exitCodeOf(error)
  }
}
