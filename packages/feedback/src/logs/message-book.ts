/** What other lines said about a message. */
export interface KnownMessage {
  sender: string | null
  messageId: string | null
}

const most = 10_000

/**
 * What is known of messages that go to Apple, by their queue ids. It is kept longer than the lines themselves, as a deferred message
 * comes again hours later. Bounded.
 */
export class MessageBook {
  readonly #messages = new Map<string, KnownMessage>()

  /** What is known of a message; begun if nothing is. */
  of(key: string, begin: () => KnownMessage): KnownMessage {
    let known = this.#messages.get(key)
    if (known === undefined) {
      const { sender, messageId } = begin()
      known = { sender: sender && own(sender), messageId: messageId && own(messageId) }
      this.#messages.set(own(key), known)
      if (this.#messages.size > most) dropHalf(this.#messages)
    }
    return known
  }
}

/** A copy: a part of a string keeps the whole line in memory. */
function own(text: string): string {
  return Buffer.from(text).toString()
}

/** The older half, at once: deleting the first key of a large Map again and again is slow. */
export function dropHalf(map: Map<string, unknown>): void {
  let left = map.size >> 1
  for (const key of map.keys()) {
    if (left-- <= 0) return
    map.delete(key)
  }
}
