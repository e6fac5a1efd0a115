/** A basic reply code (RFC 5321) where a reply begins. */
const replyCode = /^(?:smtp\s*;)?\s*[245]\d\d(?=[ -]|$)/i
/** An enhanced code of the subject 4, right behind it: network and routing (RFC 3463, 3.5). No host says that of itself. */
const routingCode = /^(?:smtp\s*;)?\s*[245]\d\d[ -]\s*[245]\.4\.\d{1,3}(?!\d)/i
const longest = 300

/**
 * Whether a text is the ESP's own, and no reply that a host gave it: it could not reach one, gave up, or has its own reasons.
 * Taken for Apple's it would close the lane, as Apple would seem to refuse what it never saw.
 */
export function isOwnWords(text: string): boolean {
  const start = text.trimStart().slice(0, longest)
  // Where the ESP's server answers itself: https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
  return !replyCode.test(start) || routingCode.test(start) || start.toLowerCase().includes('[internal]')
}
