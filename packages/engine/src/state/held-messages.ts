import type { ScopeState } from './state.ts'

/** Streams of a sending domain that are remembered so; the oldest go first. */
const mostStreams = 20

/** When a message of the domain in this stream was last held by its id, on whatever lane, ms since the epoch. */
export function messageHeldAt({ messagesHeld = [] }: ScopeState, stream: string): number | undefined {
  return messagesHeld.find((held) => held.stream === stream)?.at
}

/** The domain, after a message of it in this stream was held by its id. */
export function withMessageHeld(domain: ScopeState, stream: string, at: number): ScopeState {
  const others = (domain.messagesHeld ?? []).filter((held) => held.stream !== stream)
  return { ...domain, messagesHeld: [...others, { stream, at }].slice(-mostStreams) }
}
