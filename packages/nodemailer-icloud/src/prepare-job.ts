import { FrozenContent } from './frozen-content.ts'
import type { Job, Recipient } from './job.ts'
import type { EnvelopeLike, MailLike } from './nodemailer-shapes.ts'
import type { Host } from './host.ts'
import type { Settings } from './settings.ts'
import { plainSender } from './plain-addresses.ts'
import { isSingleUseMail, withoutStreams } from './single-use-content.ts'
import { fromOf, type MailRoute } from './route.ts'
import { SlotGate } from './slot-gate.ts'

// A relay takes what it can; one mail to many must not keep the others from it.
const transactionsOfOneMail = 5

/** What a job is made of besides the settings. */
export interface JobParts {
  mail: MailLike
  /** As it was before any attempt. */
  envelope: Readonly<EnvelopeLike>
  sender: string
  stream: string
  recipients: readonly Recipient[]
  startedAt: number
  /** ms since the epoch; `null` if it is of use at any time. */
  deliverBy: number | null
}

/** Makes a mail ready to be sent more than once. */
export async function prepareJob({ settings, inner, ...host }: Host, parts: JobParts): Promise<Job> {
  const { mail, recipients, startedAt, envelope, deliverBy } = parts
  const { message } = mail
  const again = recipients.some(({ apple, admission }) => apple && admission?.decision !== 'suppressed')
  const singleUse = !settings.local && again && isSingleUseMail(mail)
  const several =
    recipients.filter(({ admission }) => admission === null || admission.decision === 'send').length > 1
  let dispose: Job['dispose'] = async () => {}
  let open: Job['open'] = (...args) => message.createReadStream(...args)
  const isReadBefore = again && settings.preflight !== null
  if (singleUse || isReadBefore || (again && several && !settings.local)) {
    const frozen = new FrozenContent(() => message.createReadStream())
    open = () => frozen.open()
    dispose = () => frozen.dispose()
  }
  let data: Job['data'] = null
  if (settings.readsData) data = singleUse ? await withoutStreams(mail.data, message) : mail.data
  const route = routeOf(settings, parts)
  const returnPaths = envelope.from ? settings.returnPaths : null
  const latest = deliverBy ?? Infinity
  return {
    ...host,
    inner,
    mail,
    envelope,
    recipients,
    open,
    dispose,
    data,
    engine: settings.engines.get(),
    peer: settings.peer,
    messageId: message.messageId(),
    // With an outbox who sends it later knows how it is signed.
    route: returnPaths !== null && settings.outbox === null ? returnPaths.onRoute(route) : route,
    deadline: Math.min(startedAt + settings.budgetMs, latest),
    laneDeadline: Math.min(startedAt + settings.laneWaitMs, latest),
    deliverBy,
    maxAttempts: settings.maxAttempts,
    outbox: settings.outbox,
    retryAmbiguous: settings.retryAmbiguous,
    clock: settings.clock,
    timers: settings.timers,
    signal: mail.data.signal,
    gate: settings.gate ?? new SlotGate(transactionsOfOneMail),
    otherWays: settings.otherWays,
    returnPaths,
    findings: null,
    isRefused: false,
  }
}

function routeOf(settings: Settings, { mail, sender, stream, startedAt, deliverBy }: JobParts): MailRoute {
  const { message } = mail
  const from = (Array.isArray(message._headers) ? plainSender(message) : null) ?? fromOf(message)
  const campaign = settings.campaignOf(mail)
  const submitter = settings.submitterOf(mail)
  return {
    sender,
    stream,
    lane: settings.lane,
    hop: settings.peer.hop,
    messageId: message.messageId(),
    acceptedAt: startedAt,
    ...(from !== undefined && { from }),
    ...(campaign !== undefined && { campaign }),
    ...(submitter !== undefined && { submitter }),
    ...(deliverBy !== null && { deliverBy }),
  }
}
