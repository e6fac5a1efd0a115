import type { Rule } from '@icloud-delivery/rules'
import { random } from '../random.ts'
import { otherReplies } from './other-replies.ts'
import { wrappers, type Wrapper } from './wrappers.ts'

/** One of the mixed set. */
export interface MixedReply {
  /** Holds {@link serialDigits} once, where each use puts a number of its own. */
  text: string
  /** Who answered. */
  mx: string
  recipient: string
  apple: boolean
}

/** What is replaced by a number that no other text has. */
export const serialDigits = '00000000'

const count = 1000

/** Texts of Apple's hosts that no rule knows. */
const unknownReplies = [
  '550 5.7.1 [QX42] Something that nobody has seen yet',
  '451 4.3.5 <user@icloud.com>: A new kind of delay that nobody has written about',
  '554 5.6.3 Content of this kind is not taken here',
  '550 5.1.1',
]

/**
 * The mixed set: 500 replies of Apple's, from the examples of the rules and a few unknown ones, bare and wrapped as logs
 * and errors have them, and 500 of other providers. The same in each run.
 */
export function mixedReplies(rules: readonly Rule[]): MixedReply[] {
  const next = random(2526)
  const examples = [...rules.flatMap((rule) => rule.examples.map(({ input }) => input)), ...unknownReplies]
  return Array.from({ length: count }, (_, index) => {
    const apple = index % 2 === 0
    const nth = Math.floor(index / 2)
    const text = apple
      ? wrapperFor(next())(examples[nth % examples.length]!)
      : otherReplies[nth % otherReplies.length]!
    const domain = apple ? 'icloud.com' : 'provider.example'
    return {
      text: withSerial(text),
      mx: apple ? `mx0${1 + (nth % 2)}.mail.icloud.com` : `mx${1 + (nth % 2)}.provider.example`,
      recipient: `user${index}@${domain}`,
      apple,
    }
  })
}

function wrapperFor(chance: number): Wrapper {
  let left = chance
  for (const { share, wrap } of wrappers) {
    left -= share
    if (left < 0) return wrap
  }
  return (reply) => reply
}

/** Finds a place for the number: an id that is there already, the address, else an id behind the text. */
function withSerial(text: string): string {
  if (text.includes(serialDigits)) return text
  const address = /user@/i.exec(text)
  if (address === null) return `${text} (${serialDigits})`
  const at = address.index + 'user'.length
  return text.slice(0, at) + serialDigits + text.slice(at)
}
