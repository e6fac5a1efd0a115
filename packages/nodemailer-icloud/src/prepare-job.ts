import { FrozenContent } from './frozen-content.ts'
import type { Job, Recipient } from './job.ts'
import type { EnvelopeLike, InnerTransport, MailLike } from './nodemailer-shapes.ts'
import type { Settings } from './settings.ts'
import { hasSingleUseContent, withoutStreams } from './single-use-content.ts'
import { Slots } from './slots.ts'

// Apple is said to take about ten connections from one client; other messages want some too.
const appleAtOnce = 5

/** What a job is made of besides the settings. */
export interface JobParts {
  inner: InnerTransport
  mail: MailLike
  /** As it was before any attempt. */
  envelope: Readonly<EnvelopeLike>
  sender: string
  stream: string
  recipients: readonly Recipient[]
  startedAt: number
  warn: (message: string) => void
}

/** Makes a mail ready to be sent more than once. */
export async function prepareJob(settings: Settings, parts: JobParts): Promise<Job> {
  const { mail, recipients, startedAt, ...rest } = parts
  const { message } = mail
  const again = recipients.some(({ apple, admission }) => apple && admission.decision !== 'suppressed')
  const singleUse = !settings.local && again && hasSingleUseContent(mail.data)
  const several = recipients.filter(({ admission }) => admission.decision === 'send').length > 1
  let open: Job['open'] = (...args) => message.createReadStream(...args)
  if (singleUse || (again && several && !settings.local)) {
    const frozen = new FrozenContent(() => message.createReadStream())
    open = () => frozen.open()
  }
  let data: Job['data'] = null
  if (settings.readsData) data = singleUse ? await withoutStreams(mail.data, message) : mail.data
  return {
    ...rest,
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
    slots: new Slots(appleAtOnce),
    troubled: false,
  }
}
