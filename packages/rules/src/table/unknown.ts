import type { Rule } from '../rule.ts'

const fixes = [
  'Read the whole reply and look it up; the words may be new',
  'Send one plain message to the same recipient and compare',
  'Check authentication, listings and recent changes of volume',
  'Report the text, with addresses removed, so that a rule can be written for it',
]

export const unknownRules: readonly Rule[] = [
  {
    id: 'unknown-temporary',
    title: 'Unknown temporary reply',
    fault: 'unknown',
    scope: 'message',
    disposition: 'retry',
    codes: [],
    enhanced: [],
    wordings: [],
    meaning:
      'No rule knows these words, and the number (or the lack of one) says that it may work later. The recipient is never suppressed for it.',
    causes: [
      'New words of Apple’s',
      'A connection that broke before a reply came',
      'Text that is not an SMTP reply',
    ],
    fixes,
    sources: ['RFC 5321, section 4.2.1'],
    confidence: 'low',
    examples: [{ input: '450 4.3.0 Something nobody has seen yet' }],
    counterExamples: [
      {
        input: '451 4.7.1 Service unavailable - try again later',
        rule: 'service-unavailable',
        why: 'These words are known',
      },
    ],
  },
  {
    id: 'unknown-permanent',
    title: 'Unknown permanent reply',
    fault: 'unknown',
    scope: 'message',
    disposition: 'fail',
    codes: [],
    enhanced: [],
    wordings: [],
    meaning:
      'No rule knows these words, and the number says that this message will not be accepted. The recipient is never suppressed for it, however often it comes. A bare 5.1.1 counts as a soft bounce.',
    causes: ['New words of Apple’s', 'A refusal that was shortened or rewritten on its way to us'],
    fixes,
    sources: ['RFC 5321, section 4.2.1', 'RFC 3463'],
    confidence: 'low',
    examples: [{ input: '550 5.6.0 Something nobody has seen yet' }, { input: '550 5.1.1' }],
    counterExamples: [
      {
        input: '550 5.1.1 <user@icloud.com>: user does not exist',
        rule: 'invalid-recipient',
        why: 'These words are known',
      },
    ],
  },
]
