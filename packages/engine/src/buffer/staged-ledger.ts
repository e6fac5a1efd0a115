import type { Change, Count, Entry, Ledger, LedgerEvent } from '../ledger/ledger.ts'

interface Staged {
  /** The version in the ledger. */
  expected: number
  /** What the turns see: grows with each of their writes. */
  version: number
  value: unknown
  isChanged: boolean
}

/**
 * A ledger in front of another one that keeps writes back: so several turns, each of which reads, decides and writes,
 * become one write, which happens as a whole or not at all.
 */
export class StagedLedger implements Pick<Ledger, 'read' | 'write'> {
  readonly events: LedgerEvent[] = []
  readonly counted: Count[] = []
  /** What the ledger behind it failed with, if it did. */
  failure: { error: unknown } | null = null
  private readonly inner: Ledger
  private readonly entries = new Map<string, Staged>()

  constructor(inner: Ledger) {
    this.inner = inner
  }

  get changes(): Change[] {
    return [...this.entries]
      .filter(([, { isChanged, expected, value }]) => isChanged && !(expected === 0 && value === null))
      .map(([key, { expected, value }]) => ({ key, expected, value }))
  }

  async read(keys: readonly string[]): Promise<(Entry | null)[]> {
    const missing = [...new Set(keys.filter((key) => !this.entries.has(key)))]
    if (missing.length > 0) {
      const found = await this.attempt(() => this.inner.read(missing))
      missing.forEach((key, index) => {
        const { version = 0, value = null } = found[index] ?? {}
        this.entries.set(key, { expected: version, version, value, isChanged: false })
      })
    }
    return keys.map((key) => {
      const { version, value } = this.entries.get(key) ?? { version: 0, value: null }
      return value === null ? null : { key, version, value }
    })
  }

  async write(
    changes: readonly Change[],
    events: readonly LedgerEvent[] = [],
    counts: readonly Count[] = [],
  ): Promise<boolean> {
    if (changes.some(({ key, expected }) => this.seenVersion(key, expected) !== expected)) return false
    for (const { key, expected, value } of changes) {
      const before = this.entries.get(key)
      this.entries.set(key, {
        expected: before?.expected ?? expected,
        version: (before?.version ?? expected) + 1,
        value: value ?? null,
        isChanged: true,
      })
    }
    this.events.push(...events)
    this.counted.push(...counts)
    return true
  }

  /** Asks the ledger behind it: that this fails is no fault of what is to be written. */
  async attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action()
    } catch (error) {
      this.failure = { error }
      throw error
    }
  }

  /** What was not read is held to be as the writer says; the ledger will tell. */
  private seenVersion(key: string, expected: number): number {
    const entry = this.entries.get(key)
    if (entry === undefined) return expected
    return entry.value === null ? 0 : entry.version
  }
}
