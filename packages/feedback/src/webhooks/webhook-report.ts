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
  /** Why nobody can vouch for it: it is listed then, and nothing counts. */
  listed?: string
}

/**
 * Why a bounce message that the ESP was sent later is listed only: whoever learns the return path can write one, and how hard that is
 * to find out is the ESP's secret. Apple itself refuses while the ESP is connected.
 */
export const outOfBand = 'it came to the ESP in a bounce message, which anybody may have written'

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
