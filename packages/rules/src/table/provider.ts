import type { Rule } from '../rule.ts'

export const providerRules: readonly Rule[] = [
  {
    id: 'service-unavailable',
    title: 'Apple’s filter did not answer',
    fault: 'provider',
    scope: 'provider',
    disposition: 'retry',
    codes: [451],
    enhanced: ['4.7.1'],
    wordings: [{ keyword: 'service unavailable - try again later' }],
    meaning:
      'A filter behind Apple’s mail server was too busy or down. It says nothing about the sender; it is seen most at the top of the hour.',
    causes: [
      'Load at Apple, often at the full hour when everybody starts campaigns',
      'A short outage of one of Apple’s filters',
    ],
    fixes: [
      'Try again after a quarter of an hour with some randomness, then at growing distances',
      'Start campaigns some minutes off the full hour',
      'Do not count it against the recipient or the campaign',
      'If it lasts for hours, look at Apple’s system status page before changing anything of yours',
    ],
    sources: [
      'https://github.com/ActiveCampaign/smtp-field-manual (451.json)',
      'https://smtp.codes/icloud',
      'https://github.com/vdukhovni/postfix (milter8.c: stock text for a milter that fails)',
    ],
    confidence: 'high',
    lastSeen: '2026-05',
    examples: [
      { input: '451 4.7.1 Service unavailable - try again later', phase: 'mail', seen: 'smtp-field-manual' },
      {
        input:
          '503 5.5.1 Error: need MAIL command - MAIL FROM error: 451 4.7.1 Service unavailable - try again later',
        phase: 'rcpt',
        seen: 'a sender that pipelines, 2023-02',
      },
    ],
    counterExamples: [
      {
        input: '503 5.5.1 Error: need MAIL command',
        rule: 'pipelining-fallout',
        why: 'Only the consequence of an earlier refusal, which is not in the text',
      },
      {
        input: '451 4.7.1 Service unavailable - try again later',
        mx: 'mx.example.net',
        rule: null,
        why: 'Stock Postfix words that any site can send',
      },
    ],
  },
  {
    id: 'temporary-error',
    title: 'Temporary server error',
    fault: 'provider',
    scope: 'provider',
    disposition: 'retry',
    codes: [451],
    enhanced: [],
    tags: ['BS02'],
    wordings: [{ keyword: 'temporary server error' }],
    meaning: 'Something at Apple failed for the moment.',
    causes: ['A fault or overload inside Apple’s mail service'],
    fixes: [
      'Try again after a quarter of an hour, then at growing distances',
      'Pause the connections to Apple for some minutes if it comes several times an hour',
      'Change nothing on your side and count nothing against the recipient',
      'If it lasts for hours, look at Apple’s system status page',
    ],
    sources: ['https://github.com/KumoCorp/kumomta (assets/community/shaping.toml, 2026-05)'],
    confidence: 'medium',
    lastSeen: '2026-05',
    examples: [
      {
        input: '451 [BS02] Temporary server error. Please try again later.',
        seen: 'KumoMTA community rules',
      },
    ],
    counterExamples: [
      {
        input: '451 4.7.1 Service unavailable - try again later',
        rule: 'service-unavailable',
        why: 'The filter in front of the mailbox, not the server behind it',
      },
    ],
  },
  {
    id: 'directory-outage',
    title: 'Apple’s directory failed',
    fault: 'provider',
    scope: 'provider',
    disposition: 'retry',
    codes: [550],
    enhanced: ['5.1.1'],
    wordings: [{ keyword: 'user lookup success but no user record found' }],
    meaning:
      'Apple’s user directory gave no record for an existing user. It looks like a hard bounce and was sent for valid addresses during an outage: never suppress on it.',
    causes: [
      'An outage of Apple’s user directory, as on 2021-04-26, when valid addresses were refused for hours',
    ],
    fixes: [
      'Keep the messages and try again in an hour',
      'Take back every suppression that was made from this text',
      'Pause bulk mail to Apple until ordinary replies are back',
      'Watch Apple’s system status page, and tell your team that the bounce figures of the day mean nothing',
    ],
    sources: [
      'https://status.socketlabs.com/incident/306',
      'https://experienceleague.adobe.com/docs/campaign (update bounce qualification)',
    ],
    confidence: 'high',
    lastSeen: '2021-04',
    examples: [
      {
        input: '550 5.1.1 <user@icloud.com>: user lookup success but no user record found',
        phase: 'rcpt',
        seen: 'outage of 2021-04-26',
      },
    ],
    counterExamples: [
      {
        input: '550 5.1.1 <user@icloud.com>: user does not exist',
        rule: 'invalid-recipient',
        why: 'The directory answered, and the user is not in it',
      },
    ],
  },
]
