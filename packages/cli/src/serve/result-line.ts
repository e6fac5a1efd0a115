import type { WebhookResult } from '@icloud-delivery/feedback'
import { secondWords } from '../output/time-words.ts'
import { bounded, visible, visibleJson } from '../output/visible.ts'

/** What became of one event, on one line. */
export function resultLine(result: WebhookResult, json: boolean): string {
  const { status, recipient, messageId, action, reason } = result
  const rule = action?.verdict?.rule ?? null
  const at = Date.now()
  if (json)
    return visibleJson({ at, status, recipient, messageId, rule, action: action?.type ?? null, reason })
  return visible(bounded(`${secondWords(at)}  ${status}  ${recipient}  ${rule ?? ''}  ${reason}`, 1200))
}
