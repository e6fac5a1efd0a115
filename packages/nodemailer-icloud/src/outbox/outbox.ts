import type { OutboxEntry } from './entry.ts'

/** A message that a worker has for itself until it says how it went, or its lease ends. */
export interface Claim {
  id: string
  /** Tells this claim from a later one of the same message. */
  lease: string
  /** `null` if it cannot be read: {@link Outbox.bury} it. */
  entry: OutboxEntry | null
  /** The bytes of the message; `null` if they were dropped or cannot be read. */
  body: Uint8Array | null
  /** Why entry or body cannot be read; `null` if they can. */
  problem: string | null
  /** The id of the key that the body needs and this process has not; else absent. */
  missingKey?: string
}

/** Takes a message that is being stored. */
export interface Taker {
  /** ms since the epoch. */
  now: number
  /** Called when it is durable. */
  begin: (claim: Claim) => void
}

/** A message in an outbox, as {@link Outbox.list} shows it. */
export interface OutboxItem {
  id: string
  /** `sending`: a worker has it. `dead`: it stands in the dead-letter list. */
  state: 'waiting' | 'sending' | 'dead'
  /** `null` if it cannot be read. */
  entry: OutboxEntry | null
  /** Of the body, as stored. */
  bytes: number
  /** Why it is dead; else `null`. */
  reason: string | null
}

/** How full an outbox is. */
export interface OutboxSize {
  /** Messages that wait or are being sent. */
  waiting: number
  /** Messages in the dead-letter list. */
  dead: number
  /** Bytes of all bodies, as stored. */
  bytes: number
}

/** What a user may do with an outbox. Made by `sqliteOutbox` and `bullmqOutbox`. */
export interface OutboxView {
  /** All messages, the oldest first, the dead ones last; never their bodies. What changes meanwhile may be missed. */
  list(): AsyncIterable<OutboxItem>
  size(): Promise<OutboxSize>
  /** Removes a message and its body. False if it is being sent at the moment, or is not there. */
  cancel(id: string): Promise<boolean>
  /**
   * Makes a message due at once, or all of them; one from the dead-letter list only if it is named and has its body still.
   * What Apple holds or the engine has suppressed stays so: that is asked again right before the try.
   *
   * @returns how many there were
   */
  retryNow(id?: string): Promise<number>
  /** Lets go of the file or the connection. Called by whoever opened it: a transport or a worker does it for its own. */
  close(): Promise<void>
}

/**
 * A place for messages that wait, which survives this process. Every change by a claim answers false if the lease is
 * lost: another worker has the message then, and nothing was changed.
 *
 * @see outbox-contract.test.fixture.ts, which every implementation has to pass
 */
export interface Outbox extends OutboxView {
  /** The largest message that it takes, in bytes. */
  readonly maxMessageBytes: number
  /** How long a claim lasts without {@link renew}, in ms. */
  readonly leaseMs: number
  /**
   * Opens it if it is not open yet.
   *
   * @throws OutboxError if it cannot be used, or would not keep what it is given
   */
  open(): Promise<void>
  /**
   * Stores a message. It is durable when this resolves, and not there at all when it rejects.
   *
   * @param key tells whether it is the same one: while a message with this key waits, nothing is stored, for an application
   * that was killed hands in again what it has no answer for. `null`: it is a new one
   * @param taker has it claimed at once for a worker of this process, where the outbox can do that
   * @returns its id, or that of the one that waits
   * @throws OutboxError `EOUTBOXFULL`, `EOUTBOXIO` and what {@link open} throws
   */
  put(entry: OutboxEntry, body: Uint8Array, key: string | null, taker?: Taker | null): Promise<string>
  /**
   * Takes messages that are due, the longest due first; those of a worker whose lease has ended too.
   *
   * @returns `nextAt`: ms since the epoch when the next one is due; `null` if there is none, or it is not known
   */
  claim(request: { now: number; limit: number }): Promise<{ claims: Claim[]; nextAt: number | null }>
  /** Has the leases last for another {@link leaseMs}. */
  renew(claims: readonly Claim[], now: number): Promise<void>
  /** Stores how far it is; the claim lasts. `dropBody`: the bytes are not needed any more. */
  save(claim: Claim, entry: OutboxEntry, dropBody: boolean): Promise<boolean>
  /** Ends the claim of a message that has to wait. */
  release(claim: Claim, entry: OutboxEntry, dueAt: number): Promise<boolean>
  /** Ends the claim of a message that is done: it and its body are deleted. */
  finish(claim: Claim): Promise<boolean>
  /** Ends the claim of a message that nothing can be done with: it goes to the dead-letter list. */
  bury(claim: Claim, entry: OutboxEntry | null, reason: string, dropBody: boolean): Promise<boolean>
  /** Calls back when this process has put something, or made it due. Returns what ends that. */
  onDue(listener: () => void): () => void
}
