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

/** How long is waited for what comes at once on an idle machine, in ms. */
const PATIENCE = 50_000

/**
 * Nothing gets too old, however slow the machine is: as scaled, a message would after 8.6 s, or 3.4 s. A test of
 * that, or of waits, brings a file of its own.
 */
export const ageless = { maxAgeSeconds: { '*': 86_400, marketing: 86_400 } }

/** Sets a stage. `icloud` holds further lines of icloud.ini. */
export async function setStage(options: {
  apple?: SimulatorOptions
  haraka?: Partial<Omit<HarakaOptions, 'icloud' | 'mailboxes'>>
  icloud?: readonly string[]
}): Promise<Stage> {
  const apple = patient(await startSimulator({ hosts: [{}, {}], ...options.apple }))
  const mailboxes = patient(await startSimulator())
  const haraka = await startHaraka({
    ...options.haraka,
    config: {
      'icloud_policy.json': JSON.stringify(ageless),
      smart_host: `127.0.0.1:${mailboxes.port}\n`,
      ...options.haraka?.config,
    },
    mailboxes: `127.0.0.1:${mailboxes.port}`,
    icloud: [
      '[policy]',
      // A day is 1.7 s.
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
      return (await mailboxes.waitFor(find)) ?? []
    },
    async delivered(recipient) {
      await apple.waitFor(({ messages }) => messages.some(({ recipients }) => recipients.includes(recipient)))
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

/** Has it wait for longer where no time is said. */
export function patient(simulator: Simulator): Simulator {
  const waitFor = simulator.waitFor.bind(simulator)
  simulator.waitFor = (predicate, options) => waitFor(predicate, { timeoutMs: PATIENCE, ...options })
  return simulator
}

/** Looks again and again: what is removed before a watch begins gives no event. */
async function emptied(folder: string, left: number): Promise<void> {
  await vi.waitUntil(() => readdirSync(folder).length <= left, { timeout: PATIENCE, interval: 25 })
}

/** Keeps other processes from writing to a ledger until it is called. */
export function lockLedger(haraka: Haraka): () => void {
  const database = new DatabaseSync(haraka.ledger.slice('file:'.length))
  // Haraka may be writing at this very moment.
  database.exec('PRAGMA busy_timeout = 50000')
  database.exec('BEGIN IMMEDIATE')
  return () => {
    database.exec('ROLLBACK')
    database.close()
  }
}

/** Has a hold that lasts for long let its next probe through now: when all that shall wait behind it does. */
export async function probeDue(ledger: string, { scope, id }: HoldRef): Promise<void> {
  const engine = createEngine({ ledger })
  try {
    const key = `scope/${scope}/${id}`
    const write = async (): Promise<boolean> => {
      const [entry] = await engine.ledger.read([key])
      const state = entry?.value as { hold: object }
      const value = { ...state, hold: { ...state.hold, until: Date.now() } }
      return engine.ledger.write([{ key, expected: entry?.version ?? 0, value }])
    }
    while (!(await write()));
  } finally {
    await engine.close()
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
