import { isAppleDomain } from '@icloud-delivery/rules'
import { domainOf } from '../address.ts'
import { isHashedName } from '../names/address-names.ts'
import type { LetterBlock } from './letter.ts'
import type { LetterEvidence, ReplyGroup, Sample } from './letter-evidence.ts'
import { cut } from '../names/cut-addresses.ts'
import { withoutRecipient } from '../names/without-recipient.ts'
import { paragraph, remoteLine, time } from './words.ts'

const mostShown = 20
const longestReply = 500
const longestAddress = 320

/** The replies of a letter: for each kind how often, from when to when, and some as they came. */
export function errorBlocks({ groups, isComplete }: LetterEvidence, areShown: boolean): LetterBlock[] {
  if (groups.length === 0) {
    const words = isComplete
      ? 'We have no SMTP errors on record for this time.'
      : 'We counted SMTP errors in this time, but have not kept their texts.'
    return [paragraph(words)]
  }
  const blocks = groups
    .slice(0, mostShown)
    .flatMap((group): LetterBlock[] => [
      paragraph(summaryOf(group, isComplete)),
      { type: 'lines', lines: group.samples.flatMap((sample) => linesOf(sample, areShown)) },
    ])
  const more = groups.length - mostShown
  if (more > 0) blocks.push(paragraph(`And ${more} other kinds of reply, each less often.`))
  return blocks
}

function summaryOf({ code, count, firstAt, lastAt }: ReplyGroup, isComplete: boolean): string {
  // Not what we make of it: the reader knows better what his words mean.
  const name = code === '' ? 'Without a code' : code
  const atLeast = isComplete ? '' : 'at least '
  return count === 1
    ? `${name}: ${atLeast}once, ${time(firstAt)}`
    : `${name}: ${atLeast}${count} times, from ${time(firstAt)} to ${time(lastAt)}`
}

function linesOf({ at, reply, transactionId, recipient }: Sample, areShown: boolean): string[] {
  const txn = transactionId === null ? '' : `, Txn ID ${remoteLine(transactionId, 64)}`
  const text = areShown ? reply : withoutRecipient(reply, recipient)
  return [`${time(at)}, to ${recipientWords(recipient, areShown)}${txn}`, remoteLine(text, longestReply)]
}

/** A domain of somebody's own would name him too. */
function recipientWords(recipient: string, areShown: boolean): string {
  if (isHashedName(recipient)) return cut
  if (areShown) return remoteLine(recipient, longestAddress)
  const domain = domainOf(recipient) ?? ''
  return isAppleDomain(domain) ? `${cut} at ${domain}` : cut
}
