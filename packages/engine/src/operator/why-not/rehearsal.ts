import type { Parts } from '../../engine-core.ts'
import { Events } from '../../events.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { Presence } from '../../ledger/presence.ts'
import { Turns } from '../../ledger/turns.ts'
import { Outage } from '../../outage.ts'
import { Signals } from '../../signals/signals.ts'

/**
 * The parts of an engine for a question of which nothing must remain: writes are taken for done and go nowhere, nothing is
 * counted, and nobody hears of it.
 */
export function rehearsal(parts: Parts): Parts {
  const logger = { warn: () => {}, error: () => {} }
  const events = new Events(logger)
  const ledger = withoutWrites(parts.ledger)
  return {
    ...parts,
    ledger,
    ownsLedger: false,
    logger,
    events,
    outage: new Outage({
      clock: parts.clock,
      logger,
      events,
      buffer: null,
      policy: parts.policy,
    }),
    backlog: null,
    turns: new Turns(),
    presence: new NoPresence({ ...parts, ledger }),
    signals: new Signals({ ...parts, ledger, logger, events }),
  }
}

/** It sees who has a probe, and takes none. */
class NoPresence extends Presence {
  override async hold(): Promise<void> {}
}

function withoutWrites(ledger: Ledger): Ledger {
  return {
    read: (keys) => ledger.read(keys),
    write: async () => true,
    counts: (groups) => ledger.counts(groups),
    list: (prefix) => ledger.list(prefix),
    events: (query) => ledger.events(query),
    close: async () => {},
  }
}
