import { enhancedOf, findReply } from './find-reply.ts'
import { inputText } from './input-text.ts'
import { wrapperHost } from './wrapper-host.ts'

/** The parts of an error of Nodemailer, or of a like library, that carry a reply. */
export interface SmtpErrorLike {
  /** The reply as it came. */
  response?: unknown
  responseCode?: unknown
  message?: unknown
  /** One error per refused recipient. */
  rejectedErrors?: unknown
  recipient?: unknown
}

/** A reply without what was wrapped around it. All strings are remote text. */
export interface Reply {
  /** On one line, from the reply code on, at most 8 KiB. */
  readonly text: string
  /** The basic reply code, such as 550. `null` if there is none. */
  readonly code: number | null
  /** The enhanced status code (RFC 3463), such as `5.1.1`. */
  readonly enhanced: string | null
  /** Apple's bracketed tag in upper case without the brackets, such as `HM08`. */
  readonly tag: string | null
  /** The answering host, if the wrapper names one. */
  readonly host: string | null
}

/**
 * Finds the reply in whatever carries it: a wire reply, several `550-` lines, a folded DSN field, a log line of Postfix,
 * Exim, qmail or Haraka, a Nodemailer error, a Buffer. Escapes of JSON, HTML and quoted-printable are undone. Never
 * throws.
 *
 * A temporary reply inside a 503 is the reply: a sender that pipelines logs the refusal of MAIL FROM behind it.
 */
export function parseReply(input: unknown): Reply {
  const whole = inputText(input, null)
  const found = findReply(whole)
  return {
    text: whole.slice(found.start).replace(/\s+/g, ' ').trim(),
    code: found.code,
    enhanced: enhancedOf(whole, found),
    tag: found.tag,
    host: wrapperHost(whole),
  }
}
