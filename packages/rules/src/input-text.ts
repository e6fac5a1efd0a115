import type { SmtpErrorLike } from './parse-reply.ts'
import { decode, mayBeEncoded } from './decode.ts'
import { withoutReturnedMessage } from './returned-message.ts'
import { withoutRepeatedCodes } from './repeated-codes.ts'
import { unfold } from './unfold.ts'

/** Longer input is cut here: no reply is, and remote text must not cost more. Characters. */
export const MOST_CHARACTERS = 8192

const decoder = new TextDecoder()

/** The text to look for a reply in: decoded, on one line, cut to {@link MOST_CHARACTERS}. Never throws. */
export function inputText(input: unknown, recipient: string | null): string {
  let text: string
  if (typeof input === 'string') text = input
  else {
    try {
      text = textOf(input, recipient, 0)
    } catch {
      // A getter or a toString that throws: there is no text.
      return ''
    }
  }
  if (text.length > MOST_CHARACTERS) text = text.slice(0, MOST_CHARACTERS)
  const isWrapped = mayBeEncoded(text)
  if (isWrapped) text = decode(text)
  const isContinued = text.charCodeAt(3) === 0x2d
  if (text.includes('\n') || ((isWrapped || isContinued) && text.includes('\r'))) {
    text = unfold(withoutReturnedMessage(text))
    if (!isWrapped) return text
  }
  return isWrapped || isContinued ? withoutRepeatedCodes(text) : text
}

function textOf(input: unknown, recipient: string | null, depth: number): string {
  if (typeof input === 'string') return input
  if (typeof input === 'number') return String(input)
  if (input instanceof Uint8Array) return decoder.decode(input.subarray(0, MOST_CHARACTERS))
  if (input === null || typeof input !== 'object' || depth > 2) return ''
  if (Array.isArray(input)) {
    return input
      .slice(0, 100)
      .map((line: unknown) => textOf(line, recipient, depth + 1))
      .join('\n')
  }
  return textOfError(input, recipient, depth)
}

function textOfError(error: SmtpErrorLike, recipient: string | null, depth: number): string {
  // With several recipients the error's own response is that of just one of them.
  if (recipient !== null && Array.isArray(error.rejectedErrors)) {
    const own: unknown = error.rejectedErrors.slice(0, 1000).find((each: unknown) => isAbout(each, recipient))
    if (own !== undefined) return textOf(own, null, depth + 1)
  }
  if (typeof error.response === 'string' && error.response !== '')
    return withCode(error.response, error.responseCode)
  if (Array.isArray(error.rejectedErrors) && error.rejectedErrors.length > 0) {
    const first = textOf(error.rejectedErrors[0], null, depth + 1)
    if (first !== '') return first
  }
  return withCode(typeof error.message === 'string' ? error.message : '', error.responseCode)
}

function isAbout(each: unknown, recipient: string): boolean {
  return (
    typeof each === 'object' &&
    each !== null &&
    'recipient' in each &&
    typeof each.recipient === 'string' &&
    each.recipient.toLowerCase() === recipient.toLowerCase()
  )
}

/** Puts the reply code in front where a library kept it apart from the text. */
function withCode(text: string, code: unknown): string {
  const known = typeof code === 'number' && code >= 200 && code <= 599
  return known && !text.includes(String(code)) ? `${code} ${text}` : text
}
