#!/usr/bin/env node
import { nodeProblem } from './node-version.ts'

// Only now is anything imported that an old Node may not have.
const problem = nodeProblem(process.version)
if (problem === null) {
  const { main } = await import('./main.ts')
  await main()
} else {
  const error = { code: 'ENODE', message: problem }
  const text = process.argv.includes('--json')
    ? JSON.stringify({ error })
    : `icloud-delivery: ${problem} (ENODE)`
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}
