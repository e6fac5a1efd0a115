import type { StepPhase } from './step.ts'

/** A message that was accepted. */
export interface Message {
  /** The queue id that the sender was told. */
  id: string
  /** Milliseconds since 1970, by the simulator's clock. */
  at: number
  /** `to` holds the recipients that were accepted. `from` is empty for the null sender. */
  envelope: { from: string; to: string[] }
  /** The same as `envelope.to`. */
  recipients: string[]
  /** The content as it was before the sender doubled its leading dots. */
  raw: Buffer
  /** Whether it came over an encrypted connection. */
  tls: boolean
  /** The name of the simulated host that took it. */
  host: string
  /** The sender's IP address. */
  client: string
  sessionId: number
}

/** A greeting, or the answer to EHLO, MAIL, RCPT, DATA or the final dot. */
export interface Attempt {
  /** Milliseconds since 1970, by the simulator's clock. */
  at: number
  /** The name of the simulated host that answered. */
  host: string
  sessionId: number
  phase: StepPhase
  /** The recipient that was answered. After RCPT only if the message has exactly one, else `null`. */
  recipient: string | null
  /** The envelope sender. `null` before MAIL. */
  sender: string | null
  code: number
  /** The reply with its code. Lines are separated by `\n`. */
  reply: string
  /** The rule whose example was given as the reply. */
  rule: string | null
}

/** A connection. */
export interface SessionInfo {
  id: number
  at: number
  host: string
  client: string
}
