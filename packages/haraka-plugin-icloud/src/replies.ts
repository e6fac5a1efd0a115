import type { Phase } from '@icloud-delivery/rules'
import type { Address, HMail, Mx, OutboundSocket } from './haraka.ts'
import { Marked } from './marked.ts'
import { noteReply, type Answerer } from './seen.ts'
import { SharedWrapper } from './shared-wrapper.ts'

/** More than this of a reply says nothing new. In characters. */
const LONGEST_REPLY = 8192

const tapped = new Marked<HMail>()

/** What it takes to listen. */
interface Listener {
  whoAnswers: (mx: Mx) => Answerer
  /** Called if it fails. */
  warnUntapped: () => void
}

/**
 * Listens to the SMTP connections that a message is delivered over, and remembers per recipient the exact reply, its
 * phase and who gave it. Haraka itself keeps one reply per recipient and writes later ones over it.
 *
 * The way in is no public interface of Haraka's: `false` if it was not there.
 */
export function tapReplies(listener: Listener, hmail: HMail): boolean {
  if (tapped.has(hmail)) return true
  const deliver = hmail.try_deliver_host_on_socket
  if (typeof deliver !== 'function') return false
  try {
    hmail.try_deliver_host_on_socket = listening.around(listener, deliver)
  } catch {
    return false
  }
  tapped.add(hmail)
  return true
}

const listening = new SharedWrapper<Listener, NonNullable<HMail['try_deliver_host_on_socket']>>(
  (listener, deliver) => {
    return function (mx, host, port, socket) {
      let ready: (() => void) | null = null
      try {
        const answerer = listener.whoAnswers({ ...mx, port })
        ready = listen(socket, this.todo?.rcpt_to ?? [], {
          ...answerer,
          ip: socket.remoteAddress ?? answerer.ip,
        })
      } catch {
        listener.warnUntapped()
      }
      deliver.call(this, mx, host, port, socket)
      ready?.()
    }
  },
)

/** @returns what to call when Haraka has put its own listeners on the socket */
function listen(socket: OutboundSocket, recipients: readonly Address[], answerer: Answerer): () => void {
  const conversation = new Conversation([...recipients], answerer)
  const write = socket.write
  // Commands are strings; the message is piped through as buffers, so its text is never taken for a command.
  socket.write = function (chunk, ...rest) {
    if (typeof chunk === 'string') conversation.command(chunk)
    return write.call(this, chunk, ...rest)
  }
  // Added before Haraka's own listener, so that the reply is there when Haraka runs its hooks.
  socket.on('line', (line) => conversation.line(line))
  const { on } = socket
  socket.on = function (event, listener) {
    const heard =
      event === 'line' ? (line: string) => listener.call(this, conversation.forHaraka(line)) : listener
    return on.call(this, event, heard)
  }
  return () => {
    socket.on = on
  }
}

/** One SMTP session as seen from its side. */
class Conversation {
  readonly #recipients: readonly Address[]
  readonly #answerer: Answerer
  readonly #accepted: Address[] = []
  #phase: Phase = 'connect'
  #verb = ''
  #asked = -1
  #text = ''

  constructor(recipients: readonly Address[], answerer: Answerer) {
    this.#recipients = recipients
    this.#answerer = answerer
  }

  command(line: string): void {
    this.#verb = line === '.\r\n' ? '.' : line.slice(0, 4).toUpperCase()
    const phase = phases[this.#verb]
    if (phase) this.#phase = phase
    if (phase === 'rcpt') this.#asked++
    this.#text = ''
  }

  line(raw: string): void {
    const line = raw.endsWith('\n') ? raw.slice(0, raw.endsWith('\r\n') ? -2 : -1) : raw
    if (this.#text === '') this.#text = line.slice(0, LONGEST_REPLY)
    else if (this.#text.length < LONGEST_REPLY)
      this.#text = `${this.#text}\r\n${line}`.slice(0, LONGEST_REPLY)
    // As Haraka reads it. On any other line it gives up the message for all recipients, whatever was said before.
    const code = codeOf(line)
    if (code !== null && line[3] === '-') return
    const text = this.#text
    this.#text = ''
    if (code !== null) this.#reply(code, text)
    else if (this.#phase !== 'quit') this.#refused(this.#recipients, text)
  }

  /**
   * To Haraka a recipient with any other 2xx than 250, such as 251 (RFC 5321, 4.2.3), is neither accepted nor refused: nothing
   * is sent, and nobody hears of it.
   */
  forHaraka(line: string): string {
    return this.#phase === 'rcpt' && !line.startsWith('250') ? line.replace(/^2\d\d(?=[ -])/, '250') : line
  }

  #reply(code: number, text: string): void {
    const recipient = this.#recipients[this.#asked]
    if (code < 400) {
      if (this.#phase !== 'rcpt' || !recipient) return
      this.#accepted.push(recipient)
      noteReply(recipient, null)
      return
    }
    // A refused EHLO is no refusal of the message: Haraka says HELO next.
    if (this.#phase === 'quit' || (this.#verb === 'EHLO' && code >= 500)) return
    this.#refused(this.#met(recipient), text)
  }

  #refused(met: readonly Address[], text: string): void {
    const seen = { text, phase: this.#phase, ...this.#answerer, shared: met.length > 1 }
    for (const one of met) noteReply(one, seen)
  }

  /** Whom a refusal at this point is about. */
  #met(recipient: Address | undefined): readonly Address[] {
    switch (this.#phase) {
      case 'rcpt':
        return recipient ? [recipient] : []
      case 'data':
      case 'eod':
        return this.#accepted
      case 'connect':
      case 'helo':
      case 'mail':
      case 'quit':
        return this.#recipients
    }
  }
}

/** The code that a line of a reply begins with, 200 to 599; `null` if it is none, or neither a space nor a hyphen follows. */
function codeOf(line: string): number | null {
  const next = line[3]
  if (next !== ' ' && next !== '-') return null
  const code = line.slice(0, 3)
  return /^[2-5]\d\d$/.test(code) ? Number(code) : null
}

const phases: Readonly<Record<string, Phase>> = {
  EHLO: 'helo',
  HELO: 'helo',
  STAR: 'helo',
  AUTH: 'helo',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
  '.': 'eod',
  QUIT: 'quit',
}
