import type { Happening, KeptBack } from './happening.ts'

/** Reads the plugin's log lines about mail that it did not even try to send: no reply, so the ledger has no event. */
export function keptBackOf(line: string): Happening | null {
  const match =
    /recipient=<([^>]{1,320})> (?:(?:rule|fault)=\S+ ){0,2}action=(suppressed|held|later|expired) /.exec(line)
  if (!match) return null
  const [, recipient = '', why] = match
  return { kind: 'kept-back', at: Date.now(), recipient, why: why as KeptBack }
}
