import type { Attempt, Message, Simulator } from '@icloud-delivery/mx-simulator'
import type { Happening } from './happening.ts'

/** Tells what arrives at, and what is refused by, the host that stands for everybody but Apple. */
export function watchElsewhere(elsewhere: Simulator, tell: (happening: Happening) => void): void {
  elsewhere.on('message', (message: Message) => {
    const { at, envelope, raw } = message
    for (const recipient of envelope.to) {
      // Only bounce messages have no sender.
      if (envelope.from === '') {
        for (const about of failedRecipients(raw))
          tell({ kind: 'bounce', at, recipient: about, to: recipient })
      } else {
        tell({ ...outcomeOf(at, recipient, '250'), outcome: 'taken-elsewhere' })
      }
    }
  })
  elsewhere.on('reply', ({ at, recipient, code, reply }: Attempt) => {
    if (recipient === null || code < 400) return
    tell({ ...outcomeOf(at, recipient, reply), outcome: code < 500 ? 'retry' : 'refused-elsewhere' })
  })
}

function outcomeOf(at: number, recipient: string, reply: string): Extract<Happening, { kind: 'outcome' }> {
  return { kind: 'outcome', at, recipient, outcome: 'retry', rule: null, reply, retryAt: null }
}

/** Whom a delivery status notification is about (RFC 3464), each once: a sender may have named somebody twice. */
function failedRecipients(raw: Buffer): Set<string> {
  const found = raw.toString('latin1').matchAll(/^Final-Recipient: rfc822;\s?(\S{1,320})\r?$/gim)
  return new Set(Array.from(found, ([, address = '']) => address.replace(/^<|>$/g, '')))
}
