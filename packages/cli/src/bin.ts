#!/usr/bin/env node
import { exitCodeOf } from './cli-error.ts'
import { endWithReader } from './output/end-with-reader.ts'
import { errorLine } from './output/tell-error.ts'
import { run } from './program.ts'

endWithReader(process.stdout)
try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(errorLine(error, process.argv.includes('--json')))
  process.exitCode = exitCodeOf(error)
}
