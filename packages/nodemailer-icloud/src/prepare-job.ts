import { FrozenContent } from './frozen-content.ts'
import type { Job, Recipient } from './job.ts'
import type { EnvelopeLike, MailLike } from './nodemailer-shapes.ts'
import type { Host } from './host.ts'
import { hasSingleUseContent, withoutStreams } from './single-use-content.ts'
import { Slots } from './slots.ts'

// A relay takes what it can; one mail to many must not keep the others from it.
const slotsOfOneMail = 5

/** What a job is made of besides the settings. */
export interface JobParts {
  mail: MailLike
  /** As it was before any attempt. */
  envelope: Readonly<EnvelopeLike>
  sender: string
  stream: string
  recipients: readonly Recipient[]
  startedAt: number
}

/** Makes a mail ready to be sent more than once. */
export async function prepareJob({ settings, inner, ...host }: Host, parts: JobParts): Promise<Job> {
  const { mail, recipients, startedAt, ...rest } = parts
  const { message } = mail
  const again = recipients.some(({ apple, admission }) => apple && admission?.decision !== 'suppressed')
  const singleUse = !settings.local && again && hasSingleUseContent(mail.data)
  const several =
    recipients.filter(({ admission }) => admission === null || admission.decision === 'send').length > 1
  let open: Job['open'] = (...args) => message.createReadStream(...args)
  if (singleUse || (again && several && !settings.local)) {
    const frozen = new FrozenContent(() => message.createReadStream())
    open = () => frozen.open()
  }
  let data: Job['data'] = null
  if (settings.readsData) data = singleUse ? await withoutStreams(mail.data, message) : mail.data
  return {
    ...rest,
    ...host,
    inner,
    mail,
    recipients,
    open,
    data,
    engine: settings.engines.get(),
    peer: settings.peer,
    messageId: message.messageId(),
    lane: settings.lane,
    deadline: startedAt + settings.budgetMs,
    maxAttempts: settings.maxAttempts,
    retryAmbiguous: settings.retryAmbiguous,
    clock: settings.clock,
    timers: settings.timers,
    signal: mail.data.signal,
    slots: settings.appleSlots ?? new Slots(slotsOfOneMail),
  }
}
