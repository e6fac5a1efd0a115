import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { bench, type Bench } from '../bench.test.fixture.ts'
import { BreakableLedger } from '../broken-ledger.test.fixture.ts'
import type { EngineOptions } from '../create-engine.ts'
import type { RecordRequest } from '../record/outcome.ts'
import type { Alert } from '../signals/alert.ts'

/** A reply after which the same message is tried again. */
export const busy = '450 4.2.2 <anna@icloud.com>: mailbox is busy'

/** Another message, to another recipient. */
export function message(recipient: string, n = 1): Partial<RecordRequest> {
  return { recipient, messageId: `m${n}` }
}

/** An engine, and what it says. */
export interface Told extends Bench {
  alerts: Alert[]
  lines: string[]
  /** Resolves when a line with these words is logged. */
  logged: (words: string) => Promise<void>
}

/**
 * A ledger that can be broken, and a directory for the buffer. What an engine does by itself a second later, such as to try
 * the ledger again, it does only when a test lets the time pass.
 */
export class Place {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'icloud-buffer-'))
  readonly buffer: string = join(this.directory, 'buffer')
  ledger: BreakableLedger = new BreakableLedger()

  constructor() {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    })
  }

  start(options: Partial<EngineOptions> = {}): Told {
    const lines: string[] = []
    let waiting: { words: string; resolve: () => void }[] = []
    const take = (line: string): void => {
      lines.push(line)
      for (const { words, resolve } of waiting) if (line.includes(words)) resolve()
      waiting = waiting.filter(({ words }) => !line.includes(words))
    }
    const { ledger, buffer } = this
    const made = bench({ ledger, buffer, logger: { warn: take, error: take }, ...options })
    const alerts: Alert[] = []
    made.engine.on('alert', (alert) => alerts.push(alert))
    const logged = (words: string): Promise<void> =>
      lines.some((line) => line.includes(words))
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ words, resolve }))
    return { ...made, alerts, lines, logged }
  }

  /** What the ledger's events say of recipients, oldest first: second, type, address. */
  async story(): Promise<string[]> {
    const events = await this.ledger.events({ limit: 1000 })
    return events
      .toReversed()
      .filter(({ subject }) => subject.includes('@'))
      .map(({ at, type, subject }) => `${(at / 1000) % 1000} ${type} ${subject}`)
  }

  /** The types of those events alone. */
  async types(): Promise<(string | undefined)[]> {
    return (await this.story()).map((line) => line.split(' ')[1])
  }

  files(): string[] {
    return existsSync(this.buffer) ? readdirSync(this.buffer).toSorted() : []
  }

  remove(): void {
    vi.useRealTimers()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
