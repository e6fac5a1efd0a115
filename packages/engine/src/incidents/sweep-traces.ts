import type { Ledger } from '../ledger/ledger.ts'
import { hourOfTrace, tracePrefix } from './trace.ts'

const atOnce = 200

/** Forgets traces of before this hour, the oldest first. */
export async function sweepTraces(ledger: Ledger, before: number): Promise<void> {
  let old: { key: string; expected: number; value: null }[] = []
  // Another process may be at it too: what it has done is done.
  const forget = async (): Promise<void> => {
    const changes = old
    old = []
    if (changes.length > 0) await ledger.write(changes)
  }
  for await (const { key, version } of ledger.list(tracePrefix)) {
    if (hourOfTrace(key) >= before) break
    old.push({ key, expected: version, value: null })
    if (old.length >= atOnce) await forget()
  }
  await forget()
}
