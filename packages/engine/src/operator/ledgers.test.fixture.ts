import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Change, Ledger } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory-ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/sqlite-ledger.ts'
import { recipientKey, type RecipientState } from '../state/state.ts'
import type { Suppression } from '../state/suppression.ts'

/** The ledgers that what an operator does is tried on. Closed when the test ends. */
export const ledgers: [string, () => Promise<Ledger>][] = [
  ['memory', async () => memoryLedger()],
  [
    'SQLite',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'icloud-operator-'))
      const ledger = await sqliteLedger(join(directory, 'icloud.db'))
      onTestFinished(async () => {
        await ledger.close()
        rmSync(directory, { recursive: true, force: true })
      })
      return ledger
    },
  ],
]

/** A suppression by a reply, unless told otherwise. */
export function suppressionOf(recipient: string, about: Partial<Suppression> = {}): Suppression {
  return {
    recipient,
    origin: 'reply',
    streams: ['*'],
    at: Date.UTC(2026, 0, 1),
    rule: 'invalid-recipient',
    rulesVersion: '1.0.0',
    reply: `550 5.1.1 <${recipient}>: user does not exist`,
    messageId: 'm1',
    incident: null,
    note: null,
    ...about,
  }
}

/** Puts recipients into a ledger as if they had always been there. */
export async function fill(ledger: Ledger, states: Readonly<Record<string, RecipientState>>): Promise<void> {
  const changes = Object.entries(states).map(([address, value]): Change => ({
    key: recipientKey(address),
    expected: 0,
    value,
  }))
  for (let from = 0; from < changes.length; from += 500) await ledger.write(changes.slice(from, from + 500))
}

/** A ledger that lets somebody else write first, once, before the first write that changes a recipient. */
export function overtaken(ledger: Ledger, other: (ledger: Ledger) => Promise<unknown>): Ledger {
  let isFirst = true
  return {
    read: (keys) => ledger.read(keys),
    counts: (groups) => ledger.counts(groups),
    list: (prefix) => ledger.list(prefix),
    events: (query) => ledger.events(query),
    close: () => ledger.close(),
    async write(changes, events, counts) {
      if (isFirst && changes.some(({ key }) => key.startsWith('recipient/'))) {
        isFirst = false
        await other(ledger)
      }
      return ledger.write(changes, events, counts)
    },
  }
}
