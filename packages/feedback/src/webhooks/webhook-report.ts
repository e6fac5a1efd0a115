import type { LateReply } from '../recorder/late-reply.ts'

/** A reader did something. */
export interface ReaderReport {
  id: string
  recipient: string
  kind: 'open' | 'click'
  /** ms since the epoch; `null` if the ESP does not say. */
  at: number | null
}

/** What an event of an ESP comes down to. */
export type WebhookReport = LateReply | ReaderReport

/** A report, and the event that it was made of. */
export interface MadeReport {
  report: WebhookReport
  event: unknown
}

/** A request as it came, at most 1 MB. */
export interface WebhookRequest {
  headers: Headers
  body: Buffer
}

/** Reads the requests of one ESP. */
export interface EspReader {
  /**
   * Checks who sent it, then reads it. Nothing may be changed before the sender is known.
   *
   * @throws Refusal
   */
  read(request: WebhookRequest): Promise<MadeReport[]>
}

/** Whether it is about what a reader did. */
export function isReaderReport(report: WebhookReport): report is ReaderReport {
  return 'kind' in report
}
