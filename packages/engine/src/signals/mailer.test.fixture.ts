import { bench, type Bench } from '../bench.test.fixture.ts'
import type { EngineOptions } from '../create-engine.ts'
import type { Alert } from './alert.ts'

/** Replies of Apple's, by what they count as. */
export const said = {
  deferral: '421 [HCM1] Your mail from 192.0.2.10 was deferred.',
  bounce: '550 5.1.1 <anna@icloud.com>: inactive email address',
  policy:
    '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
}

/** A {@link Bench} that sends mail by the hour, and keeps the alerts. */
export interface Mailer extends Bench {
  alerts: Alert[]
  /** Sends messages from now on, evenly over so many seconds; of each hundred so many meet with these replies. */
  send: (mail: {
    count: number
    over: number
    percent?: Partial<Record<keyof typeof said, number>>
    stream?: string
    lane?: string
  }) => Promise<void>
  /** So many days of `perHour` messages. */
  days: (count: number, perHour: number, stream?: string) => Promise<void>
  /** What was seen so far has been dealt with. */
  settle: () => Promise<void>
}

/** No two messages are the same, also of several mailers on one ledger. */
let number = 0

/** A {@link Mailer} in memory, unless told otherwise. Which messages are refused is even, and so the same each time. */
export function mailer(options: Partial<EngineOptions> = {}): Mailer {
  const base = bench(options)
  const alerts: Alert[] = []
  base.engine.on('alert', (alert) => {
    if (alert.kind === 'rate-changed' || alert.kind === 'volume-changed') alerts.push(alert)
  })
  const send: Mailer['send'] = async ({ count, over, percent = {}, ...about }) => {
    const start = base.time.now
    for (let index = 0; index < count; index++) {
      base.time.now = start + Math.floor((index * over * 1000) / count)
      const request = {
        stream: 'marketing',
        recipient: `r${++number}@icloud.com`,
        messageId: `m${number}`,
        ...about,
      }
      const kind = (Object.keys(said) as (keyof typeof said)[]).find((one, place) => {
        const share = (percent[one] ?? 0) / 100
        const before = Math.floor((index + place / 3) * share)
        return Math.floor((index + 1 + place / 3) * share) > before
      })
      await (kind === undefined ? base.deliver(request) : base.reply(said[kind], request))
    }
    base.time.now = start + over * 1000
  }
  const days: Mailer['days'] = (count, perHour, stream = 'marketing') =>
    send({ count: count * 24 * perHour, over: count * 86_400, stream })
  const settle = async (): Promise<void> => {
    await base.engine.rates({ window: 'hour' })
  }
  return { ...base, alerts, send, days, settle }
}
