// Run as a process of its own: `node counting-writer.test.fixture.ts <file> <count | endless | load> <name>`.
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
  // Says on standard output what was written, after it was written. Many at once, so that some are always under way.
  let next = 0
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      for (;;) {
        const n = next++
        if (!(await ledger.write([{ key: `${name}/${n}`, expected: 0, value: n }]))) throw new Error('lost')
        process.stdout.write(`${n}\n`)
      }
    }),
  )
}

if (amount === 'load') {
  // More than 100 MB of write-ahead log, without a pause. It is not closed: nothing may keep the process alive.
  for (let turn = 0; turn < 60; turn++) {
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        ledger.write([{ key: `${name}/${n}-${turn}`, expected: 0, value: 'x'.repeat(10_000) }]),
      ),
    )
  }
} else {
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let n = 0; n < Number(amount) / 4; n++) await increment('shared')
    }),
  )
  await ledger.close()
}
