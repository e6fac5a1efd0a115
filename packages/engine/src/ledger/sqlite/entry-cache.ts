import type { Entry } from '../ledger.ts'

/** Entries of one generation; there are two. Scopes of all mail and the recipients of the last moments need fewer. */
const mostYoung = 2000

/**
 * What was read lately, so that the scopes of each message, and its recipient between `admit` and `record`, are not looked
 * up anew. It holds as long as nobody else has written into the file, which SQLite tells by a number that costs about as much
 * as one look-up (https://www.sqlite.org/pragma.html#pragma_data_version); own writes are taken out.
 */
export class EntryCache {
  private young = new Map<string, Entry | null>()
  private old = new Map<string, Entry | null>()
  /** Of the file, when it was last asked for. */
  version: number | null = null

  /** @param version what SQLite says now: if others wrote, everything is forgotten */
  renew(version: number): void {
    if (version === this.version) return
    this.young = new Map()
    this.old = new Map()
    this.version = version
  }

  /** `null` for a key that is known to be absent, `undefined` for one that is not known. */
  get(key: string): Entry | null | undefined {
    const entry = this.young.get(key)
    if (entry !== undefined) return entry
    const older = this.old.get(key)
    // What is used goes on to the next generation.
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: string, entry: Entry | null): void {
    if (this.young.size >= mostYoung) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, entry)
  }

  /** This connection wrote it, or tried to. */
  forget(key: string): void {
    this.young.delete(key)
    this.old.delete(key)
  }
}
