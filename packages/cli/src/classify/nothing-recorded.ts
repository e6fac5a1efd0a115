import { createEngine } from '@icloud-delivery/engine'
import { createBounces, createFeedback, type Bounces } from '@icloud-delivery/feedback'

/** Reads bounces without a ledger: what they say is given, and forgotten. */
export async function nothingRecorded<T>(work: (bounces: Bounces) => Promise<T>): Promise<T> {
  const engine = createEngine({ ledger: 'memory:', buffer: null, logger: { warn() {}, error() {} } })
  try {
    return await work(createBounces({ feedback: createFeedback({ engine }) }))
  } finally {
    await engine.close()
  }
}
