import type { Confidence, Fault, Scope, Verdict } from '@icloud-delivery/rules'

/** Who has to change something, as a sentence's part. */
export const faultWords: Readonly<Record<Fault, string>> = {
  recipient: 'the recipient has to change something, or is gone',
  'recipient-domain': 'the recipient’s domain does not take mail at Apple',
  rate: 'too much was sent in too short a time',
  provider: 'Apple’s own servers have trouble; nothing is wrong with your mail',
  protocol: 'the sending software did not keep to the protocol',
  'sender-auth': 'the sender’s SPF, DKIM or DMARC has to be put right',
  'sender-dns': 'the sender’s DNS has to be put right',
  'sender-ip': 'the sending IP address is blocked or listed',
  'sender-registration': 'the sender has to register with Apple for the private relay',
  content: 'something in the message was refused',
  reputation: 'the sender’s reputation was not good enough',
  unknown: 'it is not known who has to change something',
}

/** What a reply says something about. */
export const scopeWords: Readonly<Record<Scope, string>> = {
  recipient: 'this recipient',
  message: 'this message',
  stream: 'this kind of mail (the stream)',
  'sending-domain': 'all mail of the sending domain',
  'sending-ip': 'all mail of the sending IP address',
  provider: 'all mail to Apple, whoever sends it',
}

/** How sure a verdict is. */
export const confidenceWords: Readonly<Record<Confidence, string>> = {
  high: 'the wording is well attested',
  medium: 'attested by few sources, or seen with another number',
  low: 'a guess; check before acting on it',
}

/** What more than one such reply stops. `null` where it stops nothing else. */
const paused: Readonly<Record<Scope, string | null>> = {
  recipient: null,
  message: null,
  stream: 'this stream',
  'sending-domain': 'mail of the sending domain',
  'sending-ip': 'mail of the sending IP address',
  provider: 'mail to Apple',
}

/** What happens to the message that got the reply, and to its recipient. */
export function whatIsDone(verdict: Verdict): string {
  if (verdict.provider === null) {
    const number = verdict.code === null ? 'It has no number to go by' : byNumber(verdict.code)
    return `Nothing is counted or suppressed, because only Apple’s replies are acted on. ${number}.`
  }
  switch (verdict.disposition) {
    case 'retry':
      return `The message is sent again later. The recipient stays.${ifMoreCome(verdict.scope)}`
    case 'soft-bounce':
      return 'The message is given up, and a soft bounce is counted for the recipient, who stays for now.'
    case 'suppress':
      return 'The message is given up, and nothing more is sent to this recipient until the address is released.'
    case 'fail':
      return `The message is given up. The recipient stays.${ifMoreCome(verdict.scope)}`
    case 'hold':
      return `The message waits, and ${paused[verdict.scope] ?? 'no other mail'} with it, until Apple accepts a probe or the message is too old. The recipient stays.`
  }
}

function ifMoreCome(scope: Scope): string {
  const what = paused[scope]
  return what === null ? '' : ` If such replies pile up, ${what} pauses for a while.`
}

function byNumber(code: number): string {
  return code < 500
    ? `By its number (${code}) the refusal is for now: send again later`
    : `By its number (${code}) the refusal is final for this message`
}
