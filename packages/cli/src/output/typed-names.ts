/** How the configuration calls what no flag names. */
const inConfiguration = (key: string, variable?: string): string =>
  `"${key}" in the configuration${variable === undefined ? '' : ` (or ${variable})`}`

const letter = {
  company: '--company (or "report.company" in the configuration)',
  domain: '--domain (or "report.domain" in the configuration)',
  ips: '--ip (or "report.ips" in the configuration)',
  contact: '--contact (or "report.contact" in the configuration)',
  description: '--description',
  remediation: '--remediation',
  since: '--since',
  until: '--until',
  startedAt: '--started-at',
  rules: '--rule',
}
const log = { 'the log': '--log', format: '--format', timeZone: '--time-zone' }
const mail = {
  sender: '--sender',
  stream: '--stream',
  lane: '--lane',
  campaign: '--campaign',
  from: '--from',
}
const byHand = { recipient: 'the recipient', origin: '--origin', streams: '--stream', rule: '--rule' }
const span = { since: '--since', until: '--until' }
const sending = {
  ip: '--ip (or "sending.ips" in the configuration)',
  ips: '--ip (or "sending.ips" in the configuration)',
  selectors: '--selector (or "sending.selectors" in the configuration)',
  helo: '--helo (or "sending.helo" in the configuration)',
  returnPath: '--return-path (or "sending.returnPath" in the configuration)',
  tls: '--tls (or "sending.tls" in the configuration)',
}

/** By the call of a library: what its options are called on the command line or in the configuration. */
const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  appleLetter: letter,
  proofpointLetter: letter,
  spamhausLetter: letter,
  ingestLog: log,
  readLog: log,
  createWebhooks: {
    'ses.topicArns': inConfiguration('webhooks.ses.topicArns', 'ICLOUD_DELIVERY_SES_TOPICS'),
    'sendgrid.publicKey': inConfiguration('webhooks.sendgrid.publicKey', 'ICLOUD_DELIVERY_SENDGRID_KEY'),
    'sendgrid.windowSeconds': inConfiguration('webhooks.sendgrid.windowSeconds'),
    'mailgun.signingKey': inConfiguration('webhooks.mailgun.signingKey', 'ICLOUD_DELIVERY_MAILGUN_KEY'),
    'postmark.secret': inConfiguration('webhooks.postmark.secret', 'ICLOUD_DELIVERY_POSTMARK_SECRET'),
    'sparkpost.secret': inConfiguration('webhooks.sparkpost.secret', 'ICLOUD_DELIVERY_SPARKPOST_SECRET'),
  },
  createBounces: { addressFields: inConfiguration('addressFields') },
  verifyReturnPath: {
    domain: inConfiguration('returnPath.domain'),
    prefix: inConfiguration('returnPath.prefix'),
  },
  createFeedback: { lane: '--lane' },
  createEngine: { sameMailbox: inConfiguration('sameMailbox', 'ICLOUD_DELIVERY_SAME_MAILBOX') },
  imap: { host: inConfiguration('imap.host'), auth: inConfiguration('imap') },
  admit: mail,
  record: mail,
  whyNot: { ...mail, events: '--events', recipient: 'the recipient' },
  address: byHand,
  suppress: byHand,
  release: { ...byHand, ...span },
  replay: span,
  import: { ...byHand, format: '--format' },
  export: { format: '--format' },
  forgetSeed: { recipient: 'the recipient' },
  checkMessage: {
    ...sending,
    willSign: '--will-sign',
    previousLinkHosts: '--previous',
    file: 'the file',
  },
  checkDomain: { ...sending, domain: 'the domain' },
  checkListings: { ips: 'the IPs', domains: 'the domains', dqsKey: inConfiguration('spamhausKey') },
  clamav: { socket: '--clamav', host: '--clamav', port: '--clamav' },
  rspamd: { url: '--rspamd', password: 'ICLOUD_DELIVERY_RSPAMD_PASSWORD' },
}

/** Keys of the configuration that the libraries call the same. */
const sameKeys = /^(relays\[|receivers\.|returnPath|addressKeys)/

/**
 * What a library says of an option that cannot be right, in the words of the command line: `ingestLog: timeZone must be ...`
 * becomes `--time-zone must be ...`. Other messages stay as they are.
 */
export function asTyped(message: string): string {
  const call = /^([a-z][A-Za-z]{1,30}): /.exec(message)
  const known = call?.[1] === undefined ? undefined : names[call[1]]
  if (call === null || known === undefined) return message
  const rest = message.slice(call[0].length)
  const [longest] = Object.keys(known)
    .filter((name) => rest.startsWith(name) && !/^[\w-]/.test(rest.slice(name.length)))
    .toSorted((a, b) => b.length - a.length)
  if (longest !== undefined)
    return `${known[longest]}${rest.slice(longest.length).replace(/^(\[\d+\])?(\.\w+)?/, '')}`
  const [option = ''] = rest.split(' ')
  return sameKeys.test(option) ? `${inConfiguration(option)}${rest.slice(option.length)}` : rest
}
