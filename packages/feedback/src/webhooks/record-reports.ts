import { isAtApple } from '../recorder/apple-host.ts'
import type { Feedback } from '../recorder/feedback.ts'
import type { LateReply } from '../recorder/late-reply.ts'
import type { LateResult, LateStatus } from '../recorder/late-result.ts'
import { isReaderReport, type MadeReport, type ReaderReport, type WebhookReport } from './webhook-report.ts'

/** What became of an event. `listed`: a bounce message that the ESP was sent later, a complaint of one of several recipients. */
export type WebhookResult = LateResult

/** How many events came to what. */
export type WebhookCounts = Record<LateStatus, number>

/** As many are recorded at once: enough to share a write of the ledger, and no request takes all of the memory. */
const atOnce = 64

/** What {@link recordReports} is told. */
export interface Reporting {
  feedback: Feedback
  annotate: (report: WebhookReport, event: unknown) => Partial<LateReply>
  onResult: ((report: WebhookReport, result: WebhookResult) => void) | undefined
}

/** Records what a request says, many at once. Resolves when it is on disk, but for what is counted as `failed`. */
export async function recordReports(
  reports: readonly MadeReport[],
  reporting: Reporting,
): Promise<WebhookCounts> {
  const counts: WebhookCounts = {
    recorded: 0,
    duplicate: 0,
    'not-apple': 0,
    listed: 0,
    outdated: 0,
    invalid: 0,
    failed: 0,
  }
  const { feedback, annotate, onResult } = reporting
  const waiting = reports.values()
  const recordNext = async (): Promise<void> => {
    for (const { report, event, listed } of waiting) {
      const result = isReaderReport(report)
        ? await recordReader(report, feedback)
        : listed === undefined
          ? await recordReply({ ...report, ...annotate(report, event) }, feedback)
          : await list(report.recipient, listed, feedback)
      counts[result.status]++
      onResult?.(report, result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, reports.length) }, recordNext))
  return counts
}

async function recordReply(reply: LateReply, feedback: Feedback): Promise<LateResult> {
  const { recipient, outcome } = reply
  try {
    // Whom an ESP does not even try at another provider is nobody's business here.
    if (outcome.kind === 'esp-suppressed' && !(await isOfApple(recipient, feedback)))
      return answer(recipient, 'not-apple', 'not a recipient at Apple')
  } catch (error) {
    return failure(recipient, error)
  }
  return await feedback.record(reply)
}

async function list(recipient: string, why: string, feedback: Feedback): Promise<LateResult> {
  try {
    if (!(await isOfApple(recipient, feedback)))
      return answer(recipient, 'not-apple', 'not a recipient at Apple')
  } catch (error) {
    return failure(recipient, error)
  }
  return answer(recipient, 'listed', why)
}

async function recordReader(report: ReaderReport, feedback: Feedback): Promise<LateResult> {
  const { recipient, kind, at, id } = report
  try {
    if (!(await isOfApple(recipient, feedback)))
      return answer(recipient, 'not-apple', 'not a recipient at Apple')
    await feedback.engine.recordEngagement(recipient, kind, { id, ...(at !== null && { at }) })
    return answer(recipient, 'recorded', kind)
  } catch (error) {
    return failure(recipient, error)
  }
}

/** By the domain, or as Apple took mail for the address before: custom domains are known by that alone. */
async function isOfApple(recipient: string, { engine }: Feedback): Promise<boolean> {
  if (isAtApple(recipient)) return true
  if (!recipient.includes('@')) return false
  return (await engine.address(recipient)).lastDeliveredAt !== null
}

function answer(recipient: string, status: LateStatus, reason: string): LateResult {
  return { status, recipient, messageId: null, action: null, reason }
}

function failure(recipient: string, error: unknown): LateResult {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return answer(recipient, code === 'EARGUMENT' ? 'invalid' : 'failed', String(message).slice(0, 300))
}
