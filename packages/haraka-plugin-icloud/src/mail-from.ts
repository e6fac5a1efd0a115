import type { HMail } from './haraka.ts'
import { Marked } from './marked.ts'
import { returnPathOf } from './seen.ts'
import { SharedWrapper } from './shared-wrapper.ts'

const signing = new Marked<HMail>()

/**
 * Has a message say its signed return path in MAIL FROM, where its attempt has one. The message itself keeps its sender: that
 * is who hears of what is given up, and who stands in the queue file.
 *
 * The way in is no public interface of Haraka's: `false` if it was not there.
 */
export function signsMailFrom(hmail: HMail): boolean {
  if (signing.has(hmail)) return true
  const deliver = hmail.try_deliver_host_on_socket
  if (typeof deliver !== 'function') return false
  try {
    hmail.try_deliver_host_on_socket = withReturnPath.around(signing, deliver)
  } catch {
    return false
  }
  signing.add(hmail)
  return true
}

const withReturnPath = new SharedWrapper<object, NonNullable<HMail['try_deliver_host_on_socket']>>(
  (_, deliver) => {
    return function (mx, host, port, socket) {
      const [recipient] = this.todo?.rcpt_to ?? []
      const returnPath = recipient ? returnPathOf(recipient) : null
      if (returnPath !== null) {
        const write = socket.write
        // Commands are strings, the message comes as buffers.
        socket.write = function (chunk, ...rest) {
          return write.call(this, typeof chunk === 'string' ? withSender(chunk, returnPath) : chunk, ...rest)
        }
      }
      deliver.call(this, mx, host, port, socket)
    }
  },
)

/** The command with another sender, if it is one that names the sender; what comes behind it stays. */
function withSender(command: string, sender: string): string {
  if (!command.startsWith('MAIL FROM:<')) return command
  return `MAIL FROM:<${sender}>${command.slice(command.lastIndexOf('>') + 1)}`
}
