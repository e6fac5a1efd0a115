import { explain, type Explanation, type ReplyContext } from '@icloud-delivery/rules'

/** An explanation for people, and whether it takes for granted that Apple answered. */
export interface AssumedExplanation {
  explanation: Explanation
  assumed: boolean
}

const anAppleHost = 'mx01.mail.icloud.com'

/**
 * Explains a reply as a person means it: who asks here about a reply, and does not say who gave it, asks about
 * Apple's. Programs must not take that for granted, so this is for people only.
 */
export function explainForPeople(reply: string, context: ReplyContext): AssumedExplanation {
  const explanation = explain(reply, context)
  const { code } = explanation.verdict
  const isRefusal = code === null || code >= 400
  const isOpen = explanation.origin === 'undecided' && !isGiven(context.mx) && !isGiven(context.recipient)
  if (!isOpen || !isRefusal) return { explanation, assumed: false }
  return { explanation: explain(reply, { ...context, mx: anAppleHost }), assumed: true }
}

function isGiven(value: string | null | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
