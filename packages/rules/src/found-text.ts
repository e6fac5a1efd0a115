import { findReply, type FoundReply } from './find-reply.ts'
import { inputText } from './input-text.ts'

/** An input on one line, and where the reply stands in it. */
export interface FoundText {
  /** With its wrapper. */
  whole: string
  found: FoundReply
}

/** Reads the text of an input and finds the reply in it. Never throws. */
export function readText(input: unknown, recipient: string | null): FoundText {
  const whole = inputText(input, recipient)
  return { whole, found: findReply(whole) }
}
