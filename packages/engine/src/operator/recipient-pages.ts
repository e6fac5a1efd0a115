import type { Entry, Ledger } from '../ledger/ledger.ts'
import type { RecipientState } from '../state/state.ts'

/** Recipients that are looked at, and written, in one go: a few ms. */
export const pageSize = 250

const prefix = 'recipient/'

/** A recipient as the ledger has it. */
export interface KnownRecipient {
  address: string
  entry: Entry<RecipientState>
}

/**
 * All recipients in the order of their addresses, some at a time. Between two pages the event loop gets a turn, however
 * quick the ledger is.
 *
 * @param signal its reason is thrown once it is aborted
 */
export async function* recipientPages(
  ledger: Ledger,
  signal: AbortSignal | undefined,
): AsyncIterable<KnownRecipient[]> {
  let page: KnownRecipient[] = []
  signal?.throwIfAborted()
  for await (const entry of ledger.list(prefix)) {
    page.push({ address: entry.key.slice(prefix.length), entry: entry as Entry<RecipientState> })
    if (page.length < pageSize) continue
    yield page
    page = []
    await new Promise(setImmediate)
    signal?.throwIfAborted()
  }
  if (page.length > 0) yield page
}
