import { createEngine } from '@icloud-delivery/engine'
import { createFeedback } from '../recorder/feedback.ts'
import { ingestLog } from './ingest-log.ts'

/**
 * Ingests a log in a process of its own, and writes each recipient that is recorded to standard output. After `most` of them it waits,
 * so that whoever kills it by what it says is never too late.
 */
const [log = '', state = '', ledger = '', most = ''] = process.argv.slice(2)
const engine = createEngine({ ledger })
const feedback = createFeedback({ engine })
let begun = 0
await ingestLog(log, {
  feedback: {
    engine,
    record: (reply) =>
      ++begun > Number(most) ? new Promise(() => setInterval(() => {}, 60_000)) : feedback.record(reply),
  },
  state,
  onResult: ({ recipient }) => process.stdout.write(`${recipient}\n`),
})
await engine.close()
