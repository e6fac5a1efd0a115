// Run as a process of its own: `node counting-writer.test.fixture.ts <file> <count | endless> <name>`.
import { sqliteLedger } from './sqlite-ledger.ts'

const [, , file = '', amount = '', name = ''] = process.argv
const ledger = await sqliteLedger(file)

async function increment(key: string): Promise<void> {
  for (;;) {
    const [entry] = await ledger.read([key])
    const value = ((entry?.value as number | undefined) ?? 0) + 1
    if (await ledger.write([{ key, expected: entry?.version ?? 0, value }])) return
  }
}

if (amount === 'endless') {
  // Says on standard output what was written, after it was written.
  for (let n = 0; ; n++) {
    if (!(await ledger.write([{ key: `${name}/${n}`, expected: 0, value: n }]))) throw new Error('lost')
    process.stdout.write(`${n}\n`)
  }
}

await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let n = 0; n < Number(amount) / 4; n++) await increment('shared')
  }),
)
await ledger.close()
