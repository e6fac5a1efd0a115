import type { Rule } from '../rule.ts'

export const sessionRules: readonly Rule[] = [
  {
    id: 'too-many-errors',
    title: 'Too many refused commands',
    fault: 'protocol',
    scope: 'sending-ip',
    disposition: 'retry',
    codes: [421],
    enhanced: ['4.7.0'],
    wordings: [{ keyword: 'error: too many errors' }],
    meaning:
      'Apple closed the connection because too many commands in it were refused. The refusals before it are what matters.',
    causes: [
      'One connection carried many dead recipients',
      'The client went on sending commands after a refusal',
      'A list with many invalid addresses',
    ],
    fixes: [
      'Read the replies before this one in the same session and act on those',
      'Send fewer recipients per connection to Apple',
      'Close the connection after the first refusal of the sender',
      'Clean the list if most of the earlier replies were about missing users',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (421.json)',
      'https://github.com/sisimai/set-of-emails (lhost-sendmail-56)',
    ],
    confidence: 'high',
    lastSeen: '2018-10',
    examples: [
      { input: '421 4.7.0 me.com Error: too many errors', seen: 'smtp-field-manual' },
      {
        input: '421 4.7.0 st11p00im-smtpin005.me.com Error: too many errors',
        phase: 'quit',
        seen: 'sisimai, 2018-10-31',
      },
    ],
    counterExamples: [
      {
        input: '421 4.7.0 mx.example.net Error: too many errors',
        mx: 'mx.example.net',
        rule: null,
        why: 'Stock Postfix words of another site',
      },
    ],
  },
  {
    id: 'not-accepting-connections',
    title: 'Refused in the greeting',
    fault: 'sender-ip',
    scope: 'sending-ip',
    disposition: 'retry',
    codes: [554],
    enhanced: [],
    wordings: [{ keyword: 'esmtp not accepting connections' }],
    meaning: 'Apple does not talk to this IP at the moment. No message and no recipient was looked at.',
    causes: [
      'The IP opened too many connections',
      'The reputation of the IP or of its network is poor for now',
      'Apple sheds load',
    ],
    fixes: [
      'Leave Apple alone from this IP for a quarter of an hour, then begin with one connection',
      'Look at what the IP sent in the last hours: volume, complaints, dead addresses',
      'Check the IP at Spamhaus and Proofpoint',
      'Do not move the mail to another IP at once: that looks like evasion',
    ],
    sources: [
      'https://github.com/sisimai/set-of-emails (lhost-sendmail-56)',
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
    ],
    confidence: 'high',
    lastSeen: '2018-10',
    examples: [
      {
        input: '554 st11p00im-smtpin013.me.com ESMTP not accepting connections',
        phase: 'connect',
        seen: 'all six MX hosts, 2018-10-31',
      },
    ],
    counterExamples: [
      {
        input: '554 mx.example.net ESMTP not accepting connections',
        mx: 'mx.example.net',
        rule: null,
        why: 'Other providers use the same greeting',
      },
    ],
  },
  {
    id: 'pipelining-fallout',
    title: 'Consequence of an earlier refusal',
    fault: 'protocol',
    scope: 'message',
    disposition: 'retry',
    codes: [503],
    enhanced: ['5.5.1'],
    priority: -10,
    wordings: [{ keyword: 'error: need mail command' }],
    meaning:
      'The sender was refused before, and this is the answer to the next command that was already under way. It has no verdict of its own.',
    causes: ['The client pipelines, and MAIL FROM was refused in the same session'],
    fixes: [
      'Find the reply to MAIL FROM of the same session and act on that one',
      'Log every reply of a session, not only the last',
      'Try again later: the refusal before it was in most cases temporary',
      'Turn pipelining to Apple off while looking for the cause',
    ],
    sources: [
      'https://www.suped.com/learn/dmarc/why-are-emails-to-icloudcom-and-mecom-being-blocked-after-setting-up-dmarc-spf-and-dkim',
    ],
    confidence: 'medium',
    lastSeen: '2023-02',
    examples: [
      {
        input: '503 5.5.1 Error: need MAIL command',
        phase: 'rcpt',
        seen: 'a sender that pipelines, 2023-02',
      },
    ],
    counterExamples: [
      {
        input:
          '503 5.5.1 Error: need MAIL command - MAIL FROM error: 451 4.7.1 Service unavailable - try again later',
        rule: 'service-unavailable',
        why: 'Here the earlier refusal is in the text, and it decides',
      },
    ],
  },
]
