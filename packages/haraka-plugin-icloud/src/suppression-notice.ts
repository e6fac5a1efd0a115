import type { Admission } from '@icloud-delivery/engine'
import { printable } from './printable.ts'

/** Why nothing was sent to a suppressed recipient, for its sender and on one line. */
export function suppressionNotice(admission: Admission): string {
  const { suppression } = admission
  if (!suppression) return 'suppressed locally, nothing was sent'
  const when = new Date(suppression.at).toISOString()
  const reply = suppression.reply ? `; the reply then: ${printable(suppression.reply, 300)}` : ''
  return `suppressed locally (${suppression.rule ?? suppression.origin}, ${when}), nothing was sent${reply}`
}
