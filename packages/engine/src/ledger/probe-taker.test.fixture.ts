import { createEngine } from '../create-engine.ts'

/*
 * A process that lets the probe through, says so, and dies before it hears what became of it.
 * Arguments: the ledger, and what its clock says.
 */
const [ledger = '', now = '0'] = process.argv.slice(2)
const engine = createEngine({ ledger, clock: () => Number(now) })
const [admission] = await engine.admit({
  recipients: ['anna@icloud.com'],
  sender: 'shop@example.com',
  messageId: 'probe',
})
process.stdout.write(`${admission?.decision}\n`)
setInterval(() => {}, 1000)
