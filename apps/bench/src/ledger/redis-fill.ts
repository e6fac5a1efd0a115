import { redisLedger } from '@icloud-delivery/engine'

/** An address by its number. */
export function known(number: number): string {
  return `anna${number}@icloud.com`
}

/** Makes so many addresses known to the ledger, as after one delivery to each. */
export async function fill(url: string, addresses: number): Promise<void> {
  const ledger = await redisLedger({ url })
  const value = { deliveredAt: Date.UTC(2026, 2, 1) }
  for (let from = 0; from < addresses; from += 2000) {
    const count = Math.min(2000, addresses - from)
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        ledger.write([{ key: `recipient/${known(from + n)}`, expected: 0, value }]),
      ),
    )
  }
  await ledger.close()
}
