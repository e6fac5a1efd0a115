import { connect } from 'node:net'
import { createEngine } from '../create-engine.ts'

/**
 * A sender in a process of its own: keeps as many connections to a port as the lane of a ledger gives, each for a few
 * milliseconds, or for ever. Arguments: ledger, port, stream, `forever` or milliseconds, the length of a lease in seconds.
 */
const [ledger = '', port = '', stream = '', keep = '', leaseSeconds = ''] = process.argv.slice(2)
const engine = createEngine({
  ledger,
  policy: { lanes: { '*': { start: 10, leaseSeconds: Number(leaseSeconds) } } },
})

async function send(): Promise<void> {
  const { slot } = await engine.enter({ stream })
  if (slot === null) return
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => process.exit(1))
  socket.on('connect', () => {
    if (keep !== 'forever') setTimeout(() => socket.end(), Number(keep))
  })
  // The other side has seen the end too: the connection counts until then.
  socket.on('close', () => {
    slot.release()
    void send()
  })
}

for (let index = 0; index < 20; index++) void send()
