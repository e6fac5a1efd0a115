import { onTrial } from '../ledger/on-trial.ts'
import type { WebhookOptions } from './webhook-options.ts'

/**
 * Looks whether keys and secrets can be right.
 *
 * @throws FeedbackError `EARGUMENT`
 */
export async function checkWebhooks(options: WebhookOptions): Promise<void> {
  const { createFeedback, createWebhooks } = await import('@icloud-delivery/feedback')
  await onTrial((engine) => createWebhooks({ ...options, feedback: createFeedback({ engine }) }))
}
