import { classify } from '@icloud-delivery/rules'
import { createHash } from 'node:crypto'
import type { LateReply } from '../recorder/late-reply.ts'
import type { BounceResult, BounceStatus } from './bounce-result.ts'
import type { CheckedBounces } from './bounces-options.ts'
import type { BounceRecipient } from './formats/report.ts'
import { reporterItself } from './formats/text-report.ts'
import { fromXtext } from './message/addresses.ts'
import { fieldOf } from './message/parse-message.ts'
import type { Bounce } from './read-bounce.ts'
import { relayThatWrote } from './trust/own-relay.ts'
import { signedBy, signedFor } from './trust/signed-for.ts'

const longestShown = 1000
/** The engine looks at no reply that is older, so what is remembered for as long as that counts once. ms. */
const rememberMs = 367 * 86_400_000
/** Apple's servers that send its users' mail: what they report is what others said (guidance of Apple's hosts). */
const appleItself = /(?:^|\.)(?:apple|icloud|me|mac)\.com$/i

/** What is known of one message, for all results of it. */
interface Case {
  options: CheckedBounces
  bounce: Bounce
  source: string
}

/**
 * Acts on what a bounce says as far as it is to be believed, and lists the rest. A signed return path decides whom it is about;
 * only a bounce of a relay of yours is taken at its word.
 */
export async function judgeBounce(
  options: CheckedBounces,
  bounce: Bounce,
  source: string,
  deliveredTo: string | undefined,
): Promise<BounceResult[]> {
  const one: Case = { options, bounce, source }
  const { report } = bounce
  if (report === null || report.recipients.length === 0)
    return [listed(one, null, 'not-a-bounce', 'it reports no delivery')]
  const { reportingMta, recipients } = report
  if (reportingMta !== null && appleItself.test(reportingMta))
    return recipients.map((each) =>
      listed(one, each, 'not-apple', 'Apple reports what another host said to mail of its own users'),
    )

  const { returnPath } = options
  const signed =
    returnPath === null
      ? null
      : signedBy(bounce.fields, options.addressFields, deliveredTo, returnPath, options.clock())
  const relay = relayThatWrote(bounce.fields, report, options.relays, options.receivers)
  // What a relay of ours wrote is as old as it says: it is the same bounce also when its return path is out of date.
  const proof =
    relay === null || returnPath === null
      ? null
      : signedBy(
          bounce.fields,
          options.addressFields,
          deliveredTo,
          returnPath,
          bounce.date ?? options.clock(),
        )
  if (relay !== null) {
    const results: BounceResult[] = []
    for (const each of recipients) {
      // The mailbox that Apple refused; Original-Recipient is whatever the client that handed the message over says (RFC 3461, 4.2).
      const recipient = each.finalRecipient ?? each.originalRecipient
      const isItsOwn =
        proof?.valid === true &&
        returnPath !== null &&
        signedFor(proof.path, returnPath, [recipient ?? ''], []).recipient !== null
      const once = isItsOwn
        ? { id: `bounce:${proof.path.id}`, rememberUntil: proof.path.expiresAt + rememberMs }
        : {}
      results.push(await act(one, each, { recipient, trust: 'all', lane: relay.lane, ...once }))
    }
    return results
  }

  if (signed === null || (!signed.valid && signed.reason === 'not-signed')) {
    const results: BounceResult[] = []
    for (const each of recipients) {
      if (!options.actOnUnsigned)
        results.push(
          listed(one, each, 'unsigned', 'anybody may have written it; it came to no signed return path'),
        )
      else results.push(await act(one, each, { recipient: each.finalRecipient, trust: 'recipient' }))
    }
    return results
  }
  if (!signed.valid)
    return recipients.map((each) => listed(one, each, signed.reason as BounceStatus, signed.message))
  return [await actOnSigned(one, signed.path, returnPath)]
}

/** It counts for whom it was signed for, whatever stands in it. */
async function actOnSigned(
  one: Case,
  path: Parameters<typeof signedFor>[0],
  paths: CheckedBounces['returnPath'],
): Promise<BounceResult> {
  const { options, bounce } = one
  const recipients = bounce.report?.recipients ?? []
  let known: Iterable<string>
  try {
    known = (await options.recipientsOf?.(path)) ?? []
  } catch (error) {
    const why = String((error as Error | null)?.message).slice(0, 200)
    return listed(one, recipients[0] ?? null, 'failed', `its recipient could not be looked up: ${why}`)
  }
  const { recipient, messageId } =
    paths === null
      ? { recipient: null, messageId: null }
      : signedFor(path, paths, [...bounce.addresses, ...known], bounce.messageIds)
  if (recipient === null)
    return listed(
      one,
      recipients[0] ?? null,
      'unmatched',
      'nobody whom it names is the one that it was signed for',
    )
  const isHis = (address: string | null): boolean => address?.toLowerCase() === recipient
  const isOriginallyHis = ({ originalRecipient: original }: BounceRecipient): boolean =>
    original !== null && (isHis(original) || isHis(fromXtext(original)))
  const about =
    recipients.find((each) => isHis(each.finalRecipient)) ??
    recipients.find(isOriginallyHis) ??
    (recipients.length === 1 ? recipients[0] : undefined)
  if (about === undefined)
    return {
      ...listed(one, null, 'unmatched', 'it says nothing about the one that it was signed for'),
      recipient,
    }
  return act(one, about, {
    recipient,
    trust: 'recipient',
    id: `bounce:${path.id}`,
    messageId: messageId ?? `return path ${path.messageToken}`,
    rememberUntil: path.expiresAt + rememberMs,
    // Mail for him may be passed on: that the target is gone is not his fault.
    ...(about.finalRecipient !== null && !isHis(about.finalRecipient) && { mailbox: about.finalRecipient }),
  })
}

/** Whom it counts for, and as what. */
interface Meant extends Pick<LateReply, 'rememberUntil' | 'mailbox'> {
  trust: 'recipient' | 'all'
  recipient: string | null
  lane?: string | undefined
  id?: string
  messageId?: string
}

async function act(one: Case, about: BounceRecipient, meant: Meant): Promise<BounceResult> {
  const { options, bounce } = one
  const { recipient, trust, lane, mailbox } = meant
  if (about.action === 'delayed') return listed(one, about, 'delayed', 'the message is still on its way')
  if (about.action === 'relayed' || about.action === 'expanded')
    return listed(one, about, 'not-a-bounce', 'the message was passed on; what became of it is not known')
  if (recipient === null) return listed(one, about, 'invalid', 'it names no recipient')
  if (about.action === 'failed' && about.reply === '')
    return listed(one, about, 'invalid', 'it does not say why')
  const messageId = meant.messageId ?? bounce.messageIds[0] ?? null
  const at = about.at ?? bounce.date
  // Read again after a year it would be news.
  if (at === null && meant.id === undefined) return listed(one, about, 'invalid', 'it does not say when')
  const rememberUntil = meant.rememberUntil ?? (at ?? 0) + rememberMs
  const recorded = await options.feedback.record({
    id: meant.id ?? reportId(bounce, recipient, messageId),
    recipient,
    messageId,
    trust,
    outcome:
      about.action === 'delivered'
        ? { kind: 'delivered', text: about.reply, host: about.host }
        : { kind: 'reply', text: about.reply, host: about.host },
    ...(at !== null && { at }),
    ...(lane !== undefined && { lane }),
    ...(options.stream !== null && { stream: options.stream }),
    ...(mailbox !== undefined && { mailbox }),
    rememberUntil,
  })
  const { status, action, reason } = recorded
  const shown = listed(one, about, status, reason)
  return { ...shown, recipient, messageId, action, trust, verdict: action?.verdict ?? shown.verdict }
}

/** Without a signature a report is known again by the message and the recipient that it is about. */
function reportId({ fields, report }: Bounce, recipient: string, messageId: string | null): string {
  const name = messageId ?? fieldOf(fields, 'message-id')
  const digest = createHash('sha256')
  digest
    .update(name ?? JSON.stringify(report))
    .update('\0')
    .update(recipient.toLowerCase())
  return `dsn:${digest.digest('base64url')}`
}

function listed(
  { bounce, source }: Case,
  about: BounceRecipient | null,
  status: BounceStatus,
  reason: string,
): BounceResult {
  const recipient = about?.finalRecipient ?? about?.originalRecipient ?? null
  const isFailure = about !== null && about.reply !== '' && about.action !== 'delivered'
  return {
    source,
    status,
    recipient,
    messageId: about === null ? null : (bounce.messageIds[0] ?? null),
    reply: about === null ? null : about.reply.slice(0, longestShown),
    host: about?.host === reporterItself ? null : (about?.host ?? null),
    verdict: isFailure ? classify(about.reply, { recipient, mx: about.host }) : null,
    action: null,
    trust: null,
    reason,
  }
}
