import type { Rule } from '../rule.ts'

export const senderIdentityRules: readonly Rule[] = [
  {
    id: 'authentication-failure',
    title: 'SPF and DKIM both failed',
    fault: 'sender-auth',
    scope: 'sending-domain',
    disposition: 'fail',
    codes: [554],
    enhanced: ['5.7.1'],
    tags: ['HME1'],
    wordings: [{ keyword: 'failing both spf and dkim' }],
    meaning: 'Neither SPF nor DKIM passed, so Apple refused the message at once. The recipients are fine.',
    causes: [
      'The sending IP is missing in the SPF record',
      'DKIM signing is off, the key is missing in DNS, or the body was changed after signing',
      'A forwarder that breaks both',
    ],
    fixes: [
      'List every IP and service that sends for the domain in its SPF record, within ten look-ups',
      'Sign everything with DKIM: a 2048-bit key, and a signing domain aligned with From',
      'Publish DMARC with a reporting address and read the aggregate reports for failing sources',
      'When forwarding, keep the message unchanged, rewrite the envelope sender (SRS) and add ARC',
      'Send one message to a mailbox that shows authentication results before the next campaign',
    ],
    sources: [
      'https://support.apple.com/en-us/102322',
      'https://bentonow.com/smtp-errors/apple/554-5-7-1-hme1',
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
    ],
    confidence: 'high',
    lastSeen: '2026',
    examples: [
      {
        input:
          '554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks. See https://support.apple.com/en-us/HT204137 for mailing best practices',
        phase: 'eod',
        seen: 'bentonow.com',
      },
    ],
    counterExamples: [
      {
        input:
          "554 5.7.1 Your message was rejected due to example.org's DMARC policy. See https://support.apple.com/en-us/HT204137 for info",
        rule: 'dmarc-failure',
        why: 'Something may have passed, but not aligned with the From domain',
      },
    ],
  },
  {
    id: 'dmarc-failure',
    title: 'Refused by the From domain’s DMARC policy',
    fault: 'sender-auth',
    scope: 'sending-domain',
    disposition: 'fail',
    codes: [550, 554],
    enhanced: ['5.7.1'],
    wordings: [{ keyword: 'dmarc policy' }],
    meaning:
      'No aligned pass of SPF or DKIM, and the domain in From asks receivers to refuse. The reply names that domain; for forwarded mail it is somebody else’s.',
    causes: [
      'A service sends with your From and signs with its own domain only',
      'A subdomain stream without DKIM of its own',
      'Forwarded mail whose signature was broken on the way',
    ],
    fixes: [
      'Make at least one of SPF and DKIM pass with a domain aligned with From',
      'Authenticate every subdomain and every tool that sends in its name',
      'Find third-party senders in the DMARC aggregate reports',
      'While mending, publish p=quarantine instead of p=reject',
      'If the named domain is not yours, repair forwarding instead: leave the message unchanged and add ARC',
    ],
    sources: [
      'https://support.apple.com/en-us/102322',
      'https://github.com/ActiveCampaign/smtp-field-manual (550.json)',
      'https://collantes.us/2025/07/22/email-forwarding-broken-on-icloud',
    ],
    confidence: 'high',
    lastSeen: '2025-07',
    examples: [
      {
        input:
          "554 5.7.1 Your message was rejected due to example.org's DMARC policy. See https://support.apple.com/en-us/HT204137 for info",
        phase: 'eod',
        seen: 'sisimai, 2020-11-13; 2025-07-15',
      },
      {
        input:
          '550 5.7.1 Your message was rejected due to example.com’s DMARC policy. See https://support.apple.com/en-us/HT204137 for info',
        phase: 'eod',
        seen: 'smtp-field-manual, 2019-09',
      },
      {
        input: '550 5.7.1 Your message was rejected due to example.com DMARC policy.',
        phase: 'eod',
        seen: 'smtp.codes',
      },
    ],
    counterExamples: [
      {
        input: '554 5.7.1 Message rejected under example.com DMARC policy',
        mx: 'mx.fakeicloud.com',
        rule: null,
        why: 'Every receiver speaks of DMARC policies; the host is not Apple’s',
      },
    ],
  },
  {
    id: 'sender-domain-not-found',
    title: 'Return-path domain does not resolve',
    fault: 'sender-dns',
    scope: 'sending-domain',
    disposition: 'retry',
    codes: [450],
    enhanced: ['4.1.8'],
    wordings: [{ keyword: 'sender address rejected: domain not found' }],
    meaning:
      'Apple cannot find the domain of the envelope sender in DNS. The address in the reply is the sender’s. Temporary by number, but it does not heal by itself.',
    causes: [
      'The bounce domain has neither MX nor A record',
      'Its name servers answer with errors or too slowly',
      'DNSSEC of the zone is broken',
    ],
    fixes: [
      'Give the envelope sender’s domain an MX or A record that the world can resolve',
      'Ask several public resolvers for it, and check DNSSEC',
      'Check that the registration of the domain has not lapsed',
      'Hold the mail until the name resolves; it is not lost',
    ],
    sources: [
      'https://github.com/sisimai/p5-sisimai (Rhost/Apple)',
      'https://www.suped.com/learn/dmarc/why-are-emails-to-icloudcom-and-mecom-being-blocked-after-setting-up-dmarc-spf-and-dkim',
    ],
    confidence: 'high',
    lastSeen: '2026',
    examples: [
      {
        input: '450 4.1.8 <bounces@em.example.com>: Sender address rejected: Domain not found',
        phase: 'mail',
        seen: 'sisimai',
      },
      {
        input:
          '503 5.5.1 Error: need MAIL command - MAIL FROM error: 450 4.1.8 <bounces@em.example.com>: Sender address rejected: Domain not found',
        phase: 'rcpt',
        seen: 'a sender that pipelines',
      },
    ],
    counterExamples: [
      {
        input: '450 4.7.1 <mta.example.com>: Helo command rejected: Host not found',
        rule: 'helo-not-found',
        why: 'The host’s own name is missing, not the return path’s domain',
      },
    ],
  },
  {
    id: 'helo-not-found',
    title: 'HELO name does not resolve',
    fault: 'sender-dns',
    scope: 'sending-ip',
    disposition: 'retry',
    codes: [450],
    enhanced: ['4.7.1'],
    wordings: [{ keyword: 'helo command rejected: host not found' }],
    meaning: 'The name that the server gives in EHLO has no address in DNS.',
    causes: [
      'The server introduces itself by an internal name',
      'The DNS record of the server’s name was removed',
      'A container whose host name is random',
    ],
    fixes: [
      'Set the EHLO name to the host’s public name',
      'Give that name an A or AAAA record',
      'Let the reverse DNS of the IP lead to the same name, and forward again',
      'Hold the mail until it resolves; the number is that of a rate limit, but slowing down changes nothing',
    ],
    sources: ['https://github.com/sisimai/set-of-emails/issues/11'],
    confidence: 'high',
    lastSeen: '2018-11',
    examples: [
      {
        input: '450 4.7.1 <mta.example.com>: Helo command rejected: Host not found',
        phase: 'helo',
        seen: 'iCloud MX hosts, 2018-11-01',
      },
    ],
    counterExamples: [
      {
        input: '450 4.7.1 <mta.example.com>: Helo command rejected: Host not found',
        mx: 'mx.example.net',
        rule: null,
        why: 'Stock Postfix words of another site',
      },
    ],
  },
]
