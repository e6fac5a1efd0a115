import { createEngine } from '@icloud-delivery/engine'
import { createFeedback, type Feedback } from '@icloud-delivery/feedback'

const engine = createEngine({ ledger: 'memory:' })
const feedback: Feedback = createFeedback({ engine })
await engine.close()
if (typeof feedback !== 'object') throw new Error('feedback: nothing was made')
