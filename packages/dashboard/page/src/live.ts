import { signal } from '@preact/signals'
import type { LiveBatch } from '../../src/live/event-stream.ts'
import type { LiveEvent } from '../../src/live/live-event.ts'

const kept = 40
/** However much happens, what a view shows is asked for once in so many ms. */
const apartMs = 900

/** Whether the stream is open. */
export const isLive = signal<boolean | null>(null)
/** Whether the last question was answered: while the ledger is out of reach the stream stays open, and is silent. */
export const isAnswered = signal(true)
/** The newest first. */
export const feed = signal<LiveEvent[]>([])
/** Whether more happens than an eye can follow: then nothing lights up. */
export const isBusy = signal(false)
/** Grows when what is shown may have changed. */
export const pulse = signal(0)

let lastPulse = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Follows the event log from a line on. The browser comes back by itself, with the last id that it saw. */
export function connect(after: number): void {
  const source = new EventSource(`api/events?after=${after}`)
  source.addEventListener('open', () => {
    // What was missed while it was closed comes along; what is shown is asked for anew.
    if (isLive.value === false) beat()
    isLive.value = true
  })
  source.addEventListener('error', () => {
    isLive.value = false
    // A session that is over, or a proxy that gave up: the browser does not come back by itself then.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000)
  })
  source.addEventListener('batch', (message: MessageEvent<string>) => {
    const batch = JSON.parse(message.data) as LiveBatch
    isBusy.value = batch.count > 5
    feed.value = [...batch.events.toReversed(), ...feed.value].slice(0, kept)
    beat()
  })
}

/** At once if nothing was asked for lately, else when it is time. */
export function beat(): void {
  const wait = lastPulse + apartMs - performance.now()
  if (timer !== undefined) return
  timer = setTimeout(
    () => {
      timer = undefined
      lastPulse = performance.now()
      pulse.value++
    },
    Math.max(0, wait),
  )
}
