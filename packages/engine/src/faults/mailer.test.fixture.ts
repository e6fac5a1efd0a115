// Run as a process of its own: `node mailer.test.fixture.js <file> <seed>`. Sends without end on a ledger that fails for a
// while again and again, and says on standard output what was reported durable.
import { createEngine } from '../create-engine.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'

const [, , file = '', seed = ''] = process.argv
const mx = 'mx01.mail.icloud.com'
const sender = 'shop@example.com'
const inner = await sqliteLedger(file)
let writes = Number(seed)
/** Ten of 25 writes fail; every fifth of those has been written nevertheless. */
const ledger: Ledger = Object.assign(Object.create(inner) as Ledger, {
  async write(...args: Parameters<Ledger['write']>) {
    const turn = ++writes % 25
    if (turn >= 10) return inner.write(...args)
    if (turn % 5 === 0) await inner.write(...args)
    throw new Error('cut off')
  },
  read: (keys: readonly string[]) => inner.read(keys),
  counts: (groups: readonly string[]) => inner.counts(groups),
})
const logger = {
  warn: () => {},
  error: (message: string) => {
    if (!message.includes('the ledger is out of reach')) process.stdout.write(`${message}\n`)
  },
}
const engine = createEngine({ ledger, buffer: `${file}.buffer`, logger })

let next = 0
await Promise.all(
  Array.from({ length: 6 }, async () => {
    for (;;) {
      const recipient = `r${seed}-${next++}@icloud.com`
      await engine.admit({ recipients: [recipient], sender })
      const inputs = [
        '450 4.2.2 <anna@icloud.com>: mailbox is busy',
        `550 5.1.1 <${recipient}>: user does not exist`,
      ]
      for (const [index, input] of inputs.entries()) {
        const outcome = { kind: 'reply', input, mx } as const
        const { durable } = await engine.record({ recipient, sender, messageId: `m${index}`, outcome })
        if (durable) process.stdout.write(`${recipient} ${index}\n`)
      }
    }
  }),
)
