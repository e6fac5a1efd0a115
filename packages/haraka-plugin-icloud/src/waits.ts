/**
 * How long a hook waits for the engine, in ms. The engine answers by itself when its ledger is out of reach; this is for
 * the case that it does not answer at all.
 */
export const LEDGER_WAIT = 30_000
