import type { ReplyContext, Verdict } from './verdict.ts'
import type { FoundReply } from './find-reply.ts'
import { decideRule } from './decide-rule.ts'
import { readText } from './found-text.ts'
import { OtherVerdict, RuleVerdict } from './rule-verdict.ts'
import { wrapperHost } from './wrapper-host.ts'
import { ruleForTag, scan, wordsIn, type WordingMatch } from './wordings.ts'
import {
  mayNameApple,
  originByHost,
  originByWrapper,
  originWithoutHost,
  recipientIsApple,
  type Origin,
} from './whose-reply.ts'

/** A verdict, and by what we know whose reply it is. */
export interface Decision {
  verdict: Verdict
  origin: Origin
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
export function classify(input: unknown, context?: ReplyContext | null): Verdict {
  return decide(input, context ?? {}).verdict
}

/** {@link classify}, with the reason. */
export function decide(input: unknown, context: ReplyContext): Decision {
  const { recipient = null } = context
  const byHost = originByHost(context)
  const byRecipient = byHost === 'undecided' ? recipientIsApple(recipient) : null
  const isForeign = byHost === 'other-host' || byRecipient === false
  // The quick way out: somebody else answered, and nothing of Apple's is quoted.
  if (isForeign && typeof input === 'string' && !mayNameApple(input)) {
    return {
      verdict: new OtherVerdict(input, recipient),
      origin: byHost === 'other-host' ? byHost : 'other-recipient',
    }
  }

  const { whole, found } = readText(input, recipient)
  let origin: Origin = byHost
  let best: WordingMatch | null = null
  if (byHost === 'apple-host') {
    if (!hasKnownTag(found)) best = wordsIn(whole, found.start)
  } else if (byRecipient === true || mayNameApple(whole)) {
    const signs = scan(whole, found.start)
    best = signs.best
    const byWrapper = originByWrapper(signs.host)
    if (byHost === 'undecided') {
      origin = originWithoutHost(whole, found, signs, byRecipient)
    } else if (byWrapper === 'apple-wrapper') origin = byWrapper
  } else if (byRecipient === false) origin = 'other-recipient'
  else if (byHost === 'undecided' && found.start > 0) origin = originByWrapper(wrapperHost(whole))

  const isRefusal = found.code === null || found.code >= 400
  if (!isRefusal || origin === 'other-host' || origin === 'other-wrapper' || origin === 'other-recipient') {
    return { verdict: new OtherVerdict(input, recipient), origin }
  }
  const isApple = origin !== 'undecided'
  const choice = decideRule(found, isApple ? best : null, isApple, whole, context)
  return { verdict: new RuleVerdict(choice, isApple, whole, found), origin }
}

function hasKnownTag(found: FoundReply): boolean {
  return found.tag !== null && ruleForTag(found.tag) !== undefined
}
