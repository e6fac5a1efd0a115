import type { Alert } from '../signals/alert.ts'
import { bench, type Bench } from '../bench.test.fixture.ts'
import type { EngineOptions } from '../create-engine.ts'
import type { EngineEvents } from '../engine.ts'
import type { RecordRequest } from '../record/outcome.ts'

/** What Apple says. */
export const said = {
  gone: (address: string): string => `550 5.1.1 <${address}>: user does not exist`,
  noRecord: (address: string): string =>
    `550 5.1.1 <${address}>: user lookup success but no user record found`,
  hm08: '554 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
}

/** What Apple does with an attempt: `null` accepts it. */
export type Apple = (attempt: {
  address: string
  at: number
  sender: string
  stream: string
  lane: string
}) => string | null

interface Mail extends Pick<RecordRequest, 'recipient' | 'sender' | 'stream' | 'messageId' | 'lane'> {
  acceptedAt: number
  dueAt: number
}

/** A sender with a queue and a clock of its own, and an Apple that answers as told. */
export interface Replay extends Bench {
  alerts: Alert[]
  incidents: EngineEvents['incident'][]
  /** Attempts by recipient. */
  attempts: Map<string, number>
  /** What became of messages, by action. */
  ends: Record<string, number>
  refused: number
  apple: Apple
  /** Puts a message into the queue, due now. */
  send: (recipient: string, about?: Partial<Pick<Mail, 'sender' | 'stream' | 'lane'>>) => void
  /** Works the queue until so many seconds have gone by. */
  run: (seconds: number) => Promise<void>
  suppressed: () => Promise<string[]>
}

let number = 0

/** A {@link Replay} in memory, unless told otherwise. */
export function replay(options: Partial<EngineOptions> = {}): Replay {
  const base = bench(options)
  const { engine, time } = base
  const alerts: Alert[] = []
  const incidents: EngineEvents['incident'][] = []
  engine.on('alert', (alert) => {
    if (alert.kind === 'incident') alerts.push(alert)
  })
  engine.on('incident', (incident) => incidents.push(incident))
  let queue: Mail[] = []
  const attempts = new Map<string, number>()
  const ends: Record<string, number> = {}

  const work = async (mail: Mail): Promise<void> => {
    const { recipient, sender, stream, lane, messageId, acceptedAt } = mail
    const about = { sender, messageId, acceptedAt, ...(stream && { stream }), ...(lane && { lane }) }
    const [admission] = await engine.admit({ recipients: [recipient], ...about })
    if (admission?.decision === 'held' || admission?.decision === 'later') {
      queue.push({ ...mail, dueAt: Math.max(admission.retryAt, time.now + 1000) })
      return
    }
    if (admission?.decision !== 'send') {
      ends[admission?.decision ?? ''] = (ends[admission?.decision ?? ''] ?? 0) + 1
      return
    }
    attempts.set(recipient, (attempts.get(recipient) ?? 0) + 1)
    const text = self.apple({
      address: recipient,
      at: time.now,
      sender,
      stream: stream ?? 'transactional',
      lane: lane ?? 'default',
    })
    if (text !== null) self.refused++
    const outcome =
      text === null
        ? ({ kind: 'delivered' } as const)
        : ({ kind: 'reply', input: text, mx: 'mx01.mail.icloud.com' } as const)
    const action = await engine.record({ recipient, ...about, outcome })
    if (action.retryAt !== null) queue.push({ ...mail, dueAt: action.retryAt })
    else ends[action.type] = (ends[action.type] ?? 0) + 1
  }

  const self: Replay = {
    ...base,
    alerts,
    incidents,
    attempts,
    ends,
    refused: 0,
    apple: () => null,
    send: (recipient, about) => {
      const messageId = `${++number}@example.com`
      queue.push({
        recipient,
        sender: 'shop@example.com',
        messageId,
        acceptedAt: time.now,
        dueAt: time.now,
        ...about,
      })
    },
    run: async (seconds) => {
      const until = time.now + seconds * 1000
      for (;;) {
        const due = queue.filter(({ dueAt }) => dueAt <= time.now)
        queue = queue.filter(({ dueAt }) => dueAt > time.now)
        const before = self.refused
        for (const mail of due) await work(mail)
        // What was noticed is dealt with in real time: the clock waits for it.
        if (self.refused > before || time.now >= until) await engine.incidents()
        if (time.now >= until) return
        const next = Math.min(until, ...queue.map(({ dueAt }) => dueAt))
        time.now = Math.max(next, time.now + 1)
      }
    },
    suppressed: async () => {
      const found: string[] = []
      for await (const { recipient } of engine.suppressions()) found.push(recipient)
      return found
    },
  }
  return self
}

/** So many addresses at icloud.com. */
export function addresses(count: number, name: string): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index}@icloud.com`)
}
