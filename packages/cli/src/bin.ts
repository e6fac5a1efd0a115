#!/usr/bin/env node
import { endWithReader } from './output/end-with-reader.ts'
import { visible } from './output/visible.ts'
import { run } from './program.ts'

endWithReader(process.stdout)
try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  console.error(`icloud-delivery: ${visible(error instanceof Error ? error.message : String(error))}`)
  process.exitCode = 1
}
