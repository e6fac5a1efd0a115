import constants from 'haraka-constants'
import path from 'node:path'
import type { HMail, Outbound } from './haraka.ts'
import { Marked } from './marked.ts'
import { queueDsnsSafely } from './queue-dsn.ts'
import { SharedWrapper } from './shared-wrapper.ts'
import type { Turns } from './turns.ts'

/** How long to wait before a DSN that could not be written or queued is tried again, in ms. */
const TELL_AGAIN = 2000

const ours = new Marked<HMail>()

/** Whether the message is looked after by us. */
export function isOurs(hmail: HMail): boolean {
  return ours.has(hmail)
}

interface Teller {
  outbound: () => Outbound
  turns: Pick<Turns, 'over'>
  error: (message: string) => void
}

/**
 * Keeps a message until its DSN is in the queue. Haraka drops a message whose DSN is refused for now, as on a full disk,
 * or cannot be made, and nobody would hear of it again.
 */
export function tellSafely(teller: Teller, hmail: HMail): void {
  if (ours.has(hmail)) return
  ours.add(hmail)
  hmail.bounce_respond = telling.around(teller, hmail.bounce_respond)
}

const telling = new SharedWrapper<Teller, HMail['bounce_respond']>(({ outbound, turns, error }, respond) => {
  return function (code, message) {
    const { todo } = this
    // Nobody to tell, or another plugin did.
    if (code !== constants.cont || !todo?.mail_from.user) return respond.call(this, code, message)
    const { mail_from: sender } = todo
    this.populate_bounce_message('<>', sender, this.bounce_error, (failed, lines) => {
      const again = (why: unknown): void => {
        // Its connection is closed, and whoever waits for one need not wait for the disk.
        turns.over(this)
        error(`the DSN of ${this.filename} could not be queued, trying again: ${String(why)}`)
        setTimeout(() => this.bounce_respond(code, message), TELL_AGAIN).unref()
      }
      if (failed) {
        // What cannot be read for now, as with too many open files, may be read later.
        if ((failed as NodeJS.ErrnoException).code !== 'ENOENT') return again(failed)
        return this.double_bounce(`Error populating bounce message: ${String(failed)}`)
      }
      const queued = (answer: number, why?: unknown): void => {
        if (answer === constants.ok) return this.discard()
        if (answer === constants.deny) return this.double_bounce(`The DSN cannot be queued: ${String(why)}`)
        again(why)
      }
      queueDsnsSafely(outbound(), path.dirname(this.path))
      outbound().send_email('<>', sender, lines.join(''), queued, { origin: this })
    })
    return undefined
  }
})
