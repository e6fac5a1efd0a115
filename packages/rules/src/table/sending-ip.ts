import type { Rule } from '../rule.ts'

export const sendingIpRules: readonly Rule[] = [
  {
    id: 'proofpoint-block',
    title: 'Sending IP blocked by Proofpoint',
    fault: 'sender-ip',
    scope: 'sending-ip',
    disposition: 'hold',
    codes: [550, 554],
    enhanced: ['5.7.0'],
    wordings: [
      { keyword: 'blocked - see', pattern: /blocked - see https?:\/\/support\.proofpoint\.com\//i },
      {
        keyword: 'blocked - see',
        pattern: /blocked - see https?:\/\/ipcheck\.proofpoint\.com\//i,
        confidence: 'medium',
      },
    ],
    meaning:
      'The IP is on the reputation list of Proofpoint, which filters for Apple. It comes in the greeting, before any recipient was named. Nothing gets through until Proofpoint lifts it.',
    causes: [
      'A compromised account or form sent spam through this server',
      'A volume far above what the IP is known for',
      'Neighbours in the same network spam',
      'An IP that was never warmed up',
    ],
    fixes: [
      'Open the link in the reply, read the reason, and ask for removal there',
      'Find and close the root cause first, and write down what you did: the form asks for it',
      'Watch and throttle outgoing mail so that one account cannot do it again',
      'Hold the mail; if the review takes days, move the transactional part to another IP that is already warm',
      'Expect other receivers that use Proofpoint to refuse as well',
    ],
    sources: [
      'https://github.com/forwardemail/free-email-forwarding/issues/219',
      'https://github.com/zone-eu/zone-mta/issues/301',
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
    ],
    confidence: 'high',
    lastSeen: '2022-02',
    examples: [
      {
        input: '550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.10',
        phase: 'connect',
        seen: 'mx6.mail.icloud.com, 2020-04',
      },
      {
        input: '554 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.10',
        phase: 'connect',
        seen: 'mx01.mail.icloud.com, 2022-02-11',
      },
      {
        input: '550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10',
        phase: 'connect',
        seen: 'public table of block texts',
      },
    ],
    counterExamples: [
      {
        input: '554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10',
        mx: 'mx.example.net',
        rule: null,
        why: 'Any customer of Proofpoint answers so',
      },
    ],
  },
  {
    id: 'spamhaus-block',
    title: 'Sending IP listed by Spamhaus',
    fault: 'sender-ip',
    scope: 'sending-ip',
    disposition: 'hold',
    codes: [550],
    enhanced: ['5.7.1'],
    wordings: [
      { keyword: 'due to listing in spamhaus xbl', confidence: 'medium' },
      { keyword: 'due to listing in spamhaus', pattern: /due to listing in spamhaus (?!xbl)/i },
    ],
    meaning:
      'The IP is on a list of Spamhaus. The list makes the difference: SBL is a spam listing, XBL a compromised machine, PBL a range that is not meant to send directly.',
    causes: [
      'SBL: spam or a spammer’s infrastructure was seen on this IP',
      'XBL: malware or an open proxy on the machine',
      'PBL: an end-user or unassigned range by its owner’s own declaration, no accusation at all',
      'The former user of the IP left the listing behind',
    ],
    fixes: [
      'Look the IP up at check.spamhaus.org and read which list and why',
      'SBL: remove the abusive stream or customer, then ask for removal with what was done',
      'XBL: clean the machine, close the proxy, change the passwords; then remove the listing yourself',
      'PBL: send through a relay or your provider’s mail server, or have the owner of the range take the IP out',
      'Hold the mail meanwhile, or send it from clean infrastructure that is already warm',
    ],
    sources: [
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
      'https://github.com/forwardemail/forwardemail.net (helpers/get-bounce-info.js)',
      'https://www.spamhaus.org/faqs/',
    ],
    confidence: 'high',
    lastSeen: '2024-05',
    examples: [
      {
        input:
          '550 5.7.1 Mail from IP 192.0.2.10 was rejected due to listing in Spamhaus SBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.10',
        phase: 'rcpt',
        seen: 'sisimai',
      },
      {
        input:
          '550 5.7.1 Mail from IP 192.0.2.10 was rejected due to listing in Spamhaus PBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.10',
        phase: 'rcpt',
        seen: 'mx02.mail.icloud.com, 2024-05-18',
      },
      {
        input:
          '550 5.7.1 Mail from IP 192.0.2.10 was rejected due to listing in Spamhaus XBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.10',
        phase: 'rcpt',
        seen: 'zone-mta bounce rules',
      },
    ],
    counterExamples: [
      {
        input:
          '550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL -- see https://www.spamhaus.org/dbl/',
        rule: 'spamhaus-dbl',
        why: 'A domain in the message is listed, not the IP',
      },
    ],
  },
  {
    id: 'ip-rejected',
    title: 'Sending IP rejected',
    fault: 'sender-ip',
    scope: 'sending-ip',
    disposition: 'hold',
    codes: [550],
    enhanced: ['5.7.1'],
    tags: ['HCM2'],
    wordings: [{ keyword: 'your mail from', pattern: /your mail from [^ ]{1,64} was rejected/i }],
    meaning: 'Apple itself refuses mail from this IP; the permanent sibling of the deferral [HCM1].',
    causes: [
      'Deferrals were ignored and the IP went on at full speed',
      'Complaints, spam traps or many dead addresses in the mail of this IP',
      'Missing reverse DNS or a range with a bad name',
    ],
    fixes: [
      'Stop sending to Apple from this IP and hold the mail',
      'Find the stream that did it, mend its list and its content',
      'Check the reverse DNS and the listings of the IP',
      'Write to icloudadmin@apple.com with company, domain, IPs, the replies and when it began',
      'Restart with a warm-up, not with the parked volume',
    ],
    sources: ['https://support.apple.com/en-us/102322', 'operators’ lists'],
    confidence: 'medium',
    lastSeen: '2026',
    examples: [
      {
        input:
          '550 5.7.1 [HCM2] Your mail from 192.0.2.57 was rejected. https://support.apple.com/en-us/HT204137',
        seen: 'operators’ lists',
      },
    ],
    counterExamples: [
      {
        input: '421 [HCM1] Your mail from 192.0.2.10 was deferred.',
        rule: 'ip-deferred',
        why: 'Deferred only: slowing down is enough',
      },
    ],
  },
]
