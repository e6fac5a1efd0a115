import { hash } from 'node:crypto'
import { FeedbackError } from '../errors.ts'
import { detectLogFormat } from './detect-format.ts'
import { EarlierLines } from './earlier-lines.ts'
import { formats } from './formats/index.ts'
import { LineScanner } from './line-scanner.ts'
import type { LogClock } from './log-clock.ts'
import type { LogParser } from './log-parser.ts'
import { logFormats, type LogFormat, type LogReply, type ParsedReply } from './log-reply.ts'
import { trustOf } from './whose-line.ts'

const sampleBytes = 65_536

/** How a log is to be read. */
export interface LogReading {
  /** As messages call it. */
  name: string
  /** `null`: by the first lines. */
  format: LogFormat | null
  clock: LogClock
  /** Whether the sender and the Message-ID are looked for on other lines. */
  joins: boolean
  /** Whether the mail server connects to the recipients' MX, and to no smarthost. */
  isDirect: boolean
}

interface Tools {
  parser: LogParser
  scanner: LineScanner
  /** How many of the scanner's words are `always`. */
  always: number
  earlier: EarlierLines
}

/** Makes replies of pieces of a log, in their order. */
export class LogReader {
  readonly #reading: LogReading
  #format: LogFormat | null
  #tools: Tools | null = null

  constructor(reading: LogReading) {
    this.#reading = reading
    this.#format = reading.format
  }

  get format(): LogFormat | null {
    return this.#format
  }

  /** What a reader that begins in the middle has to be told. */
  get heading(): string | null {
    return this.#tools?.parser.heading ?? null
  }

  /** Goes on in the middle of a log. */
  resume(format: LogFormat, heading: string | null): void {
    this.#format = format
    if (heading !== null) this.#begin(format).parser.parse(heading)
  }

  /** @throws FeedbackError `ELOGFORMAT` if the first lines are of no known log */
  read(bytes: Buffer): LogReply[] {
    if (this.#format === null) {
      this.#format = detectLogFormat(bytes.toString('utf8', 0, sampleBytes))
      if (this.#format === null) throw unknownFormat(this.#reading.name)
    }
    const format = this.#format
    const { parser, scanner, always, earlier } = this.#begin(format)
    const replies: LogReply[] = []
    scanner.scan(bytes, ({ start, end, word, hit }) => {
      if (word >= always) {
        earlier.put(word - always, bytes, start, end, hit)
        return
      }
      const line = bytes.toString('utf8', start, end)
      const parsed = parser.parse(line)
      if (parsed === null) return
      const digest = hash('sha256', line, 'base64url').slice(0, 22)
      for (const each of parsed) replies.push(this.#reply(format, digest, each))
    })
    return replies
  }

  #begin(format: LogFormat): Tools {
    if (this.#tools === null) {
      const { clock, joins } = this.#reading
      const { always, joins: words, parser } = formats[format]
      const wanted = joins ? words : []
      const earlier = new EarlierLines(wanted)
      this.#tools = {
        parser: parser(clock, (queueId) => earlier.about(queueId)),
        scanner: new LineScanner([...always, ...wanted]),
        always: always.length,
        earlier,
      }
    }
    return this.#tools
  }

  #reply(format: LogFormat, digest: string, parsed: ParsedReply): LogReply {
    const { at, recipient, sender, messageId, queueId, source, outcome, isFromBounce } = parsed
    const { clock, isDirect } = this.#reading
    return {
      id: `log:${digest}:${recipient}`,
      trust: isFromBounce ? 'none' : trustOf(recipient, outcome, isDirect),
      format,
      recipient,
      messageId: messageId ?? queueId,
      queueId,
      source,
      outcome,
      at: at ?? clock.reference,
      ...(sender !== null && { sender }),
    }
  }
}

function unknownFormat(name: string): FeedbackError {
  return new FeedbackError(
    'ELOGFORMAT',
    `${name}: its first lines are not of a log that is known here (${logFormats.join(', ')}); name the format if it is one of them`,
  )
}
