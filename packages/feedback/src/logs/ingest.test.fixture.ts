import { createEngine } from '@icloud-delivery/engine'
import { createFeedback } from '../recorder/feedback.ts'
import { ingestLog } from './ingest-log.ts'

/** Ingests a log in a process of its own, and writes each recipient that is recorded to standard output. */
const [log = '', state = '', ledger = ''] = process.argv.slice(2)
const engine = createEngine({ ledger })
await ingestLog(log, {
  feedback: createFeedback({ engine }),
  state,
  onResult: ({ recipient }) => process.stdout.write(`${recipient}\n`),
})
await engine.close()
