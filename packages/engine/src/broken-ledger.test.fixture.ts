import type { Ledger } from './ledger/ledger.ts'
import { memoryLedger } from './ledger/memory-ledger.ts'

/** A ledger that can be broken and mended, and that counts the calls. */
export class BreakableLedger implements Ledger {
  /** `answers`: it writes, and fails nevertheless. `hangs`: writes wait until `letGo`. */
  broken: 'no' | 'all' | 'writes' | 'answers' | 'hangs' = 'no'
  reads = 0
  writes = 0
  /** Writes until it is cut off. */
  writesLeft: number = Infinity
  /** Whether the first write that fails for that has come about. */
  lastAnswerIsLost = false
  readonly inner: Ledger = memoryLedger()
  private hanging: (() => void)[] = []

  /** Counts from now on: after the first look of an engine, which is at how addresses are written. */
  async countAfterFirstLook(engine: { ledger: Ledger }): Promise<void> {
    await engine.ledger.read([])
    this.reads = 0
    this.writes = 0
  }

  async read(keys: Parameters<Ledger['read']>[0]): ReturnType<Ledger['read']> {
    this.reads++
    if (this.broken === 'all') throw new Error('the ledger is broken')
    return this.inner.read(keys)
  }
  async write(...args: Parameters<Ledger['write']>): Promise<boolean> {
    this.writes++
    if (this.broken === 'hangs') await new Promise<void>((resolve) => this.hanging.push(resolve))
    else if (this.broken !== 'no' && this.broken !== 'answers') throw new Error('the ledger is broken')
    const isCut = this.writesLeft-- <= 0
    const isWritten =
      (!isCut || (this.lastAnswerIsLost && this.writesLeft === -1)) && (await this.inner.write(...args))
    if (isCut || this.broken === 'answers') throw new Error('the ledger is broken')
    return isWritten
  }
  letGo(): void {
    for (const resolve of this.hanging) resolve()
    this.hanging = []
  }
  async counts(groups: readonly string[]): ReturnType<Ledger['counts']> {
    if (this.broken === 'all') throw new Error('the ledger is broken')
    return this.inner.counts(groups)
  }
  list(prefix: string): ReturnType<Ledger['list']> {
    return this.inner.list(prefix)
  }
  async events(query?: Parameters<Ledger['events']>[0]): ReturnType<Ledger['events']> {
    return this.inner.events(query)
  }
  async close(): Promise<void> {
    await this.inner.close()
  }
}
