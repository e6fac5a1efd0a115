import { createEngine, type Admission } from '@icloud-delivery/engine'

const engine = createEngine({ ledger: 'file:./engine.db' })
const mail = { sender: 'shop@example.com', stream: 'marketing' }
const [admission]: Admission[] = await engine.admit({ ...mail, recipients: ['anna@icloud.com'] })
await engine.close()
if (admission?.decision !== 'send') throw new Error(`engine: ${admission?.decision}`)
