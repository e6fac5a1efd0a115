// Run as a process of its own: `node counting-writer.test.fixture.ts <url> <count>`.
import { redisLedger } from './redis-ledger.ts'

const [, , url = '', count = ''] = process.argv
const ledger = await redisLedger({ url, timeoutSeconds: 60 })

async function increment(key: string): Promise<void> {
  for (;;) {
    const [entry] = await ledger.read([key])
    const value = ((entry?.value as number | undefined) ?? 0) + 1
    if (await ledger.write([{ key, expected: entry?.version ?? 0, value }])) return
  }
}

await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let n = 0; n < Number(count) / 4; n++) await increment('shared')
  }),
)
await ledger.close()
