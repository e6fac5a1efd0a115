/** The parts of a Nodemailer (or like) error that carry a reply. */
export interface SmtpErrorLike {
  response?: unknown
  responseCode?: unknown
  message?: unknown
}
/** A reply, unwrapped. */
export interface Reply {
  text: string
  code: number | null
  enhanced: string | null
  tag: string | null
  host: string | null
}
export function parseReply(input: unknown): Reply {
  return { text: String(input), code: null, enhanced: null, tag: null, host: null }
}
