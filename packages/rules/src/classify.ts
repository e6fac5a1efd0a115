import type { ReplyContext, Verdict } from './verdict.ts'
import type { FoundReply } from './find-reply.ts'
import { decideRule } from './decide-rule.ts'
import { findReply } from './find-reply.ts'
import { inputText } from './input-text.ts'
import { notApple, ruleVerdict } from './rule-verdict.ts'
import { ruleForTag, scan, wordsIn, type WordingMatch } from './wordings.ts'
import {
  mayNameApple,
  originByHost,
  originByWrapper,
  originWithoutHost,
  recipientIsApple,
  type Origin,
} from './whose-reply.ts'

/** A verdict and how it came about. */
export interface Decision {
  verdict: Verdict
  origin: Origin
  /** The text on one line, with its wrapper. */
  whole: string
  found: FoundReply
}

/**
 * What a reply means: the rule, who is at fault, what it says something about and what happens to the message.
 *
 * The words decide, not the number. Whose reply it is decides first: a known answering host that is not Apple's gives
 * `provider: null` and no rule. Never throws.
 *
 * @param input - a reply in any form: wire text, several lines, a log line, a DSN field, a Nodemailer error, a Buffer;
 *   what is longer than 8 KiB is cut
 * @param context - what else is known; with the host or the recipient the verdict is surer and quicker
 */
export function classify(input: unknown, context: ReplyContext = {}): Verdict {
  return decide(input, context).verdict
}

/** {@link classify}, with the reasons. */
export function decide(input: unknown, context: ReplyContext): Decision {
  const whole = inputText(input, context.recipient ?? null)
  const found = findReply(whole)
  let origin: Origin = originByHost(context)
  let best: WordingMatch | null = null
  if (origin === 'apple-host') {
    if (!hasKnownTag(found)) best = wordsIn(textOfReply(whole, found))
  } else {
    const namesApple = mayNameApple(whole)
    if (origin === 'other-host') {
      if (namesApple && originByWrapper(whole) === 'apple-wrapper') origin = 'apple-wrapper'
    } else {
      const byRecipient = recipientIsApple(context.recipient)
      if (byRecipient === true || namesApple) {
        // What stands in front of a reply tells who answered, but its words must not decide.
        const outer = scan(whole)
        const reply = textOfReply(whole, found)
        const inner = found.start === 0 ? outer : scan(reply)
        best = inner.best
        const tagged = found.tag !== null
        origin = originWithoutHost(
          whole,
          reply,
          { best, tagged, appleSite: inner.appleSite, wrapper: outer.wrapper },
          byRecipient,
        )
      } else if (byRecipient === false) origin = 'other-recipient'
      else if (found.start > 0) origin = originByWrapper(whole)
    }
    if (origin === 'apple-wrapper') best = wordsIn(textOfReply(whole, found))
  }
  const isRefusal = found.code === null || found.code >= 400
  if (!isRefusal || origin === 'other-host' || origin === 'other-wrapper' || origin === 'other-recipient') {
    return { verdict: notApple(whole, found), origin, whole, found }
  }
  const isApple = origin !== 'undecided'
  const choice = decideRule(found, isApple ? best : null, isApple, whole, context)
  return { verdict: ruleVerdict(choice, isApple, whole, found), origin, whole, found }
}

function hasKnownTag(found: FoundReply): boolean {
  return found.tag !== null && ruleForTag(found.tag) !== undefined
}

function textOfReply(whole: string, found: FoundReply): string {
  return found.start === 0 ? whole : whole.slice(found.start)
}
