import type { OutboxErrorCode } from '../outbox-error.ts'

/** A message of which a worker holds the lease. */
export interface Held {
  id: number
  lease: string
}

/** What the host asks of the thread that has the file. Entries are JSON, which only the host reads. */
export type StoreRequest =
  | {
      op: 'put'
      dueAt: number
      /** Of who has it at once; `null`: nobody. */
      lease: string | null
      entry: string
      body: Uint8Array
      key: string | null
      maxMessages: number
      maxBytes: number
    }
  | { op: 'claim'; now: number; until: number; limit: number; lease: string }
  | { op: 'renew'; held: readonly Held[]; until: number }
  | { op: 'save'; held: Held; entry: string; dropBody: boolean }
  | { op: 'release'; held: Held; entry: string; dueAt: number }
  | { op: 'finish'; held: Held }
  | { op: 'bury'; held: Held; entry: string | null; reason: string; dropBody: boolean }
  | { op: 'list'; dead: boolean; after: number; now: number }
  | { op: 'size' }
  | { op: 'cancel'; id: number; now: number }
  | { op: 'retryNow'; id: number | null; now: number }

/** A message as it is stored. */
export interface StoredMessage {
  id: number
  entry: string
  bytes: number
}

/** What the requests are answered with, by their `op`. */
export interface StoreAnswers {
  /** `isNew`: not one that was there. */
  put: { id: number; isNew: boolean }
  claim: { messages: (StoredMessage & { body: Uint8Array | null })[]; nextAt: number | null }
  renew: null
  save: boolean
  release: boolean
  finish: boolean
  bury: boolean
  list: (StoredMessage & { sending: boolean; reason: string | null })[]
  size: { waiting: number; dead: number; bytes: number }
  cancel: boolean
  retryNow: number
}

/** The answer to one request. */
export type StoreReply = { ok: unknown } | { code: OutboxErrorCode; message: string }
