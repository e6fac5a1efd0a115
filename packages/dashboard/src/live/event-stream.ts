import type { Batch, EventTail } from './event-tail.ts'
import { eventsAfter } from './events-after.ts'
import { liveEvent, type LiveEvent } from './live-event.ts'
import type { Ledger } from '@icloud-delivery/engine'

/** What a message of the stream carries. */
export interface LiveBatch {
  /** The newest, oldest first; of a busy mailer not all. */
  events: LiveEvent[]
  /** How many there were. */
  count: number
  /** How many of each type. */
  types: Record<string, number>
  /** More came than were looked at: read anew what you show. */
  gap: boolean
}

const shown = 25
const mostResumed = 1000
const mostStreams = 200
/** Bytes that may wait for a reader who does not read; then the stream ends, and he comes back with the last id. */
const patience = 1_000_000

/** Server-sent events of the event log. One for each page that is open. */
export class EventStreams {
  private readonly tail: EventTail
  private readonly ledger: Pick<Ledger, 'events'>
  private readonly heartbeatMs: number
  private readonly ends = new Set<() => void>()

  constructor(tail: EventTail, ledger: Pick<Ledger, 'events'>, heartbeatMs: number) {
    this.tail = tail
    this.ledger = ledger
    this.heartbeatMs = heartbeatMs
  }

  /**
   * An answer that goes on until the reader goes.
   *
   * @param after the id of the last event that the reader has; `null`: from now on, and what the last look at the log
   *   was too early for
   */
  open(after: number | null, signal: AbortSignal): Response {
    if (this.ends.size >= mostStreams)
      return new Response('Too many event streams are open.\n', { status: 503 })
    const encoder = new TextEncoder()
    let end = (): void => undefined
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          let isOver = false
          let lastSent = after ?? -1
          // What comes while a reader who came back is told what he missed.
          let held: Batch[] | null = after === null ? null : []
          const send = (text: string): void => {
            if (isOver) return
            controller.enqueue(encoder.encode(text))
            if ((controller.desiredSize ?? 0) < 0) end()
          }
          const sendBatch = (batch: Batch): void => {
            if (batch.last <= lastSent) return
            // What was read again for a reader who came back may have gone out already.
            const events = batch.events.filter(({ id }) => id > lastSent)
            lastSent = batch.last
            send(
              `id: ${batch.last}\nevent: batch\ndata: ${JSON.stringify(summary({ ...batch, events }))}\n\n`,
            )
          }
          const heartbeat = setInterval(() => send(': alive\n\n'), this.heartbeatMs)
          heartbeat.unref()
          const unfollow = this.tail.follow((batch) => {
            if (held === null) sendBatch(batch)
            else held.push(batch)
          })
          end = () => {
            if (isOver) return
            isOver = true
            clearInterval(heartbeat)
            unfollow()
            this.ends.delete(end)
            signal.removeEventListener('abort', end)
            try {
              controller.close()
            } catch {
              // The reader was faster.
            }
          }
          this.ends.add(end)
          signal.addEventListener('abort', end)
          send('retry: 1000\n\n')
          if (after === null) return
          void this.missed(after).then((batch) => {
            const waiting = held ?? []
            held = null
            if (batch === 'unknown') return end()
            if (batch !== null) sendBatch(batch)
            waiting.forEach(sendBatch)
          })
        },
        cancel: () => end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: patience }),
    )
    return new Response(stream, {
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        // nginx would keep it back.
        'X-Accel-Buffering': 'no',
      },
    })
  }

  close(): void {
    this.ends.forEach((end) => end())
  }

  /** What came behind a line. `unknown`: the ledger cannot be reached; the reader comes back with the same id. */
  private async missed(after: number): Promise<Batch | null | 'unknown'> {
    try {
      await this.tail.begun()
      const arrived = await eventsAfter(this.ledger, after, mostResumed)
      const last = arrived.events.at(-1)?.id
      return last === undefined ? null : { ...arrived, last }
    } catch {
      return 'unknown'
    }
  }
}

function summary({ events, gap }: Batch): LiveBatch {
  const types: Record<string, number> = {}
  for (const { type } of events) types[type] = (types[type] ?? 0) + 1
  return { events: events.slice(-shown).map(liveEvent), count: events.length, types, gap }
}
