import type { Rule } from '../rule.ts'

export const rateRules: readonly Rule[] = [
  {
    id: 'rate-limited',
    title: 'Too much mail for one recipient',
    fault: 'rate',
    scope: 'recipient',
    disposition: 'retry',
    codes: [421],
    enhanced: ['4.7.1'],
    wordings: [{ keyword: 'deferred due to excessive volume' }],
    meaning:
      'Apple postpones mail to this one recipient because it arrives faster than Apple allows. The address is fine and the refusal clears within hours.',
    causes: [
      'A burst: many messages to the same address within minutes',
      'Seed or test mailboxes that receive every campaign at once',
      'A new IP that began with full volume',
      'More parallel connections than the mail server was tuned for',
    ],
    fixes: [
      'Open fewer connections to Apple at the same time; ten per sending IP is a careful ceiling',
      'Spread a campaign over a longer window and start it off the full hour',
      'Warm a new IP up in daily steps and send no blasts to seed lists',
      'Give Apple a throttle of its own, so that other providers are not slowed and do not speed it up',
      'Merge repeated notices to one person into a digest',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (421.json)',
      'https://smtp.codes/icloud',
      'https://bentonow.com/smtp-errors/apple',
    ],
    confidence: 'high',
    lastSeen: '2026',
    examples: [
      {
        input:
          '421 4.7.1 Messages to user@icloud.com deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137',
        phase: 'rcpt',
        seen: 'smtp-field-manual, since 2019-09',
      },
    ],
    counterExamples: [
      {
        input: '450 4.7.1 <mta.example.com>: Helo command rejected: Host not found',
        rule: 'helo-not-found',
        why: 'Shares 4.7.1 with the rate limit, but our own DNS is at fault and slowing down does not help',
      },
    ],
  },
  {
    id: 'ip-deferred',
    title: 'Sending IP deferred',
    fault: 'rate',
    scope: 'sending-ip',
    disposition: 'retry',
    codes: [421],
    enhanced: [],
    tags: ['HCM1'],
    wordings: [{ keyword: 'your mail from', pattern: /your mail from [^ ]{1,64} was deferred/i }],
    meaning:
      'Apple postpones everything from this IP for now. Unlike the limit on one recipient, it is about the server that sends.',
    causes: [
      'Volume from the IP rose faster than its reputation',
      'Too many parallel connections or messages per connection',
      'A share of the recent mail drew complaints or hit dead addresses',
    ],
    fixes: [
      'Pause the IP for a quarter of an hour, then go on with half the connections',
      'Look for the stream whose volume jumped and slow that one',
      'Move bulk mail away from the IP that carries receipts and log-in codes',
      'If it comes back daily, repeat the warm-up from a lower step',
    ],
    sources: ['https://github.com/KumoCorp/kumomta (assets/community/shaping.toml, 2026-05)'],
    confidence: 'medium',
    lastSeen: '2026-05',
    examples: [
      { input: '421 [HCM1] Your mail from 192.0.2.10 was deferred.', seen: 'KumoMTA community rules' },
    ],
    counterExamples: [
      {
        input:
          '550 5.7.1 [HCM2] Your mail from 192.0.2.57 was rejected. https://support.apple.com/en-us/HT204137',
        rule: 'ip-rejected',
        why: 'Rejected, not deferred: the IP has to stop',
      },
    ],
  },
]
