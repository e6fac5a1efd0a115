import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  createEngine,
  type AddressRecord,
  type Engine,
  type Hold,
  type HoldRef,
} from '@icloud-delivery/engine'
import { startSimulator, type Simulator, type SimulatorOptions } from '@icloud-delivery/mx-simulator'
import { vi } from 'vitest'
import { startHaraka, type Haraka, type HarakaOptions } from './haraka.test.fixture.ts'

/** A Haraka between a stand-in for Apple and the mailboxes of its senders. */
export interface Stage {
  apple: Simulator
  mailboxes: Simulator
  haraka: Haraka
  /** The senders' DSNs, `count` of them, as soon as they are there. */
  dsns(sender: string, count?: number): Promise<string[]>
  /** Resolves when Apple has accepted a message for the recipient. */
  delivered(recipient: string): Promise<void>
  /** How often Apple was asked about the recipient. */
  tries(recipient: string): number
  /** What the log says was decided about the recipient. */
  decisions: (recipient: string) => string[]
  /** Parks mail to this local part, with the plugin `gate`, until it is called. */
  gate(localPart: string): () => void
  /** Suppresses a recipient as an operator would. */
  suppress(recipient: string): Promise<void>
  /** What the ledger holds about a recipient. */
  remembered(recipient: string): Promise<AddressRecord>
  /** The data of the ledger's events about a recipient, newest first. */
  eventData(recipient: string): Promise<unknown[]>
  /** Resolves when no message is left in Haraka's queue, or no more than so many. */
  emptyQueue(left?: number): Promise<void>
  /** What is held. */
  holds(): Promise<Hold[]>
  /** Opens a hold as an operator would; says how many there were. */
  release(hold: HoldRef): Promise<number>
  close(): Promise<void>
}

/** Sets a stage. `icloud` holds further lines of icloud.ini. */
export async function setStage(options: {
  apple?: SimulatorOptions
  haraka?: Partial<Omit<HarakaOptions, 'icloud' | 'mailboxes'>>
  icloud?: readonly string[]
}): Promise<Stage> {
  const apple = await startSimulator({ hosts: [{}, {}], ...options.apple })
  const mailboxes = await startSimulator()
  const haraka = await startHaraka({
    ...options.haraka,
    config: { smart_host: `127.0.0.1:${mailboxes.port}\n`, ...options.haraka?.config },
    mailboxes: `127.0.0.1:${mailboxes.port}`,
    icloud: [
      '[policy]',
      // 120 h are 8.6 s.
      'time_scale=0.00002',
      '[testing]',
      `mx=${apple.hosts.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
      '[testing_mx_records]',
      ...(options.icloud ?? []),
      '',
    ].join('\n'),
  })
  return {
    apple,
    mailboxes,
    haraka,
    async dsns(sender, count = 1) {
      const find = ({ messages }: Simulator): string[] | null => {
        const found = messages.filter(({ envelope }) => envelope.to.includes(sender))
        return found.length < count ? null : found.map(({ raw }) => raw.toString())
      }
      return (await mailboxes.waitFor(find, { timeoutMs: 15_000 })) ?? []
    },
    async delivered(recipient) {
      await apple.waitFor(
        ({ messages }) => messages.some(({ recipients }) => recipients.includes(recipient)),
        { timeoutMs: 15_000 },
      )
    },
    tries(recipient) {
      return apple.attempts.filter((attempt) => attempt.phase === 'rcpt' && attempt.recipient === recipient)
        .length
    },
    decisions(recipient) {
      return haraka.log.filter((line) => line.includes(`recipient=<${recipient}>`))
    },
    gate(localPart) {
      const file = path.join(haraka.dir, `gate-${localPart}`)
      writeFileSync(file, '')
      return () => rmSync(file)
    },
    async suppress(recipient) {
      await withEngine(haraka, (engine) => engine.suppress({ recipient, origin: 'operator' }))
    },
    remembered: (recipient) => withEngine(haraka, (engine) => engine.address(recipient)),
    eventData: (recipient) =>
      withEngine(haraka, async ({ ledger }) =>
        (await ledger.events({ subject: recipient })).map(({ data }) => data),
      ),
    emptyQueue: (left = 0) => emptied(path.join(haraka.dir, 'queue'), left),
    holds: () => withEngine(haraka, (engine) => engine.holds()),
    release: (hold) => withEngine(haraka, (engine) => engine.release({ hold })),
    async close() {
      await haraka.stop()
      await Promise.all([apple.close(), mailboxes.close()])
    },
  }
}

/** Looks again and again: what is removed before a watch begins gives no event. */
async function emptied(folder: string, left: number): Promise<void> {
  await vi.waitUntil(() => readdirSync(folder).length <= left, { timeout: 15_000, interval: 25 })
}

/** Keeps other processes from writing to a ledger until it is called. */
export function lockLedger(haraka: Haraka): () => void {
  const database = new DatabaseSync(haraka.ledger.slice('file:'.length))
  // Haraka may be writing at this very moment.
  database.exec('PRAGMA busy_timeout = 5000')
  database.exec('BEGIN IMMEDIATE')
  return () => {
    database.exec('ROLLBACK')
    database.close()
  }
}

async function withEngine<T>(haraka: Haraka, ask: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = createEngine({ ledger: haraka.ledger })
  try {
    return await ask(engine)
  } finally {
    await engine.close()
  }
}
