import type { Engine, WhyNot } from '@icloud-delivery/engine'
import { suppressedAddress, type SuppressedAddress, type SuppressionBook } from '../known/suppression-book.ts'
import { liveEvent, type LiveEvent } from '../live/live-event.ts'
import { meaningOf, type Meaning } from './meaning.ts'

/** Answer of `GET api/who`. */
export interface WhoAnswer {
  matches: SuppressedAddress[]
  /** The address to go on behind; `null` at the end. */
  next: string | null
  /** Suppressed addresses altogether; `null` while they are being read. */
  total: number | null
  /** ms that the search took. */
  tookMs: number
}

/** Answer of `GET api/address`. */
export interface AddressAnswer extends Omit<WhyNot, 'events'> {
  events: LiveEvent[]
  /** Of the rules that are named in it. */
  meanings: Record<string, Meaning>
}

const page = 50
const mostEvents = 100
/** How long a first search waits for all addresses; then those that begin so are looked up in the ledger. */
const patienceMs = 100

/** Suppressed addresses that hold a text. */
export async function who(
  engine: Engine,
  book: SuppressionBook,
  text: string,
  after: string | null,
): Promise<WhoAnswer> {
  const startedAt = performance.now()
  const loading = book.load()
  if (!book.wasRead) await Promise.race([loading, elapsed(patienceMs, loading)])
  const found = book.wasRead
    ? book.find(text, after, page)
    : { ...(await beginningWith(engine, text, after)), total: null }
  loading.catch(() => {})
  const records = await Promise.all(found.addresses.map((address) => engine.address(address)))
  const matches = records.map(suppressedAddress).filter(({ suppressions }) => suppressions.length > 0)
  return { ...found, matches, next: found.next, tookMs: performance.now() - startedAt }
}

/** From the ledger, by the order of its keys: some of them, until all are known. */
async function beginningWith(
  engine: Engine,
  text: string,
  after: string | null,
): Promise<{ addresses: string[]; next: string | null }> {
  const addresses: string[] = []
  const prefix = 'recipient/'
  const until = performance.now() + patienceMs
  for await (const { key, value } of engine.ledger.list(prefix + text.toLowerCase())) {
    const address = key.slice(prefix.length)
    if (performance.now() > until) break
    if (after !== null && address <= after) continue
    if (((value as { suppressions?: unknown[] }).suppressions?.length ?? 0) === 0) continue
    if (addresses.length === page) return { addresses, next: addresses.at(-1) ?? null }
    addresses.push(address)
  }
  return { addresses, next: null }
}

function elapsed(ms: number, other: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = (): void => clearTimeout(timer)
    other.then(end, end)
  })
}

/** All that is known of one address. */
export async function addressAnswer(engine: Engine, recipient: string): Promise<AddressAnswer> {
  const { events, ...record } = await engine.whyNot(recipient, { events: mostEvents })
  const shown = events.map(liveEvent)
  const named = [
    ...record.suppressions.map(({ rule }) => rule),
    ...record.softBounces.map(({ rule }) => rule),
    ...shown.map(({ rule }) => rule),
  ]
  const meanings: Record<string, Meaning> = {}
  for (const rule of named) {
    const meaning = meaningOf(rule)
    if (rule !== null && meaning !== null) meanings[rule] = meaning
  }
  return { ...record, events: shown, meanings }
}
