import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from './classify.ts'
import { explain } from './explain.ts'
import { rules } from './table/index.ts'

const mx = 'mx01.mail.icloud.com'
const cs01 =
  '554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137'
const denied = '554 5.7.1 <anna@icloud.com>: Relay access denied'
const gone = '550 5.1.1 <anna@icloud.com>: user does not exist'

describe('whose reply it is', () => {
  test.each([
    ['a known host that is not Apple’s', gone, { mx: 'relay.example.com', recipient: 'anna@icloud.com' }],
    [
      'a host that looks like Apple’s',
      gone,
      { mx: 'mail.icloud.com.attacker.example', recipient: 'anna@icloud.com' },
    ],
    ['our own relay', denied, { mx: 'localhost', recipient: 'anna@icloud.com' }],
    [
      'our own relay, named by the wrapper',
      `host relay.example.com[198.51.100.1] said: ${denied}`,
      { recipient: 'anna@icloud.com' },
    ],
    [
      'another provider’s recipient',
      '550 5.1.1 <bob@example.com>: user does not exist',
      { recipient: 'bob@example.com' },
    ],
    ['Apple’s article from a known other host', cs01, { mx: 'mx.example.net', recipient: 'bob@example.net' }],
    [
      'another provider’s recipient, with a link to Apple’s article',
      '550 5.1.1 <bob@example.com>: user does not exist, see https://support.apple.com/en-us/HT204137',
      { recipient: 'bob@example.com' },
    ],
    [
      'an Apple name that is no host',
      `550 5.7.1 see https://support.apple.com/x ${gone}`,
      { mx: 'mx.example.net' },
    ],
  ])('not Apple’s: %s', (_name, input, context) => {
    const verdict = classify(input, context)
    expect(verdict).toMatchObject({ rule: null, provider: null, fault: 'unknown' })
    expect(verdict.disposition).not.toBe('suppress')
  })

  test.each([
    ['the host', gone, { mx }, 'invalid-recipient'],
    ['the recipient, no host known', denied, { recipient: 'anna@me.com' }, 'relay-access-denied'],
    [
      'the wrapper, though a relay answered',
      `host ${mx}[192.0.2.1] said: ${gone}`,
      { mx: 'relay.example.com' },
      'invalid-recipient',
    ],
    ['the text, for a custom domain', cs01, { recipient: 'anna@example.com' }, 'policy-cs01'],
    ['the text alone', cs01, {}, 'policy-cs01'],
    ['the recipient that the reply names', gone, {}, 'invalid-recipient'],
    [
      'a pod, as Microsoft 365 names it',
      cs01,
      { mx: 'p00-iscream-smtp-7b95d6f6c9-64bmv', recipient: 'anna@icloud.com' },
      'policy-cs01',
    ],
  ])('Apple’s: by %s', (_name, input, context, rule) => {
    expect(classify(input, context)).toMatchObject({ rule, provider: 'apple' })
  })

  test('undecided: stock words, and nothing known', () => {
    for (const input of [
      denied,
      '451 4.7.1 Service unavailable - try again later',
      '450 4.7.1 <mta.example.com>: Helo command rejected: Host not found',
    ]) {
      const verdict = classify(input)
      expect(verdict.provider).toBe(null)
      expect(verdict.rule).toMatch(/^unknown-/)
    }
  })

  test.each([
    `mta delivery to=<anna@icloud.com> relay="198.51.100.1 (relay.example.com)" result="PermFail" stat="${gone}"`,
    `Remote Server returned '550 5.1.1 <relay.example.com #5.1.1 smtp; ${gone}>'`,
    `{"response":{"content":"${gone}"},"peer_address":{"name":"relay.example.com."}}`,
    `{"mx-host": "relay.example.com", "message": "${gone}"}`,
    `Remote-MTA:\tdns;  relay.example.com\nDiagnostic-Code:\tsmtp; ${gone}`,
  ])('not Apple’s, though the recipient is: %s', (input) => {
    expect(classify(input, { recipient: 'anna@icloud.com' })).toMatchObject({ rule: null, provider: null })
  })

  test('the sender’s address in front of a reply is no recipient', () => {
    const line = 'from=<anna@icloud.com> to=<bob@example.com> stat="550 5.1.1 user does not exist"'
    expect(classify(line)).toMatchObject({ rule: 'unknown-permanent', provider: null })
  })

  test('an acceptance has no rule', () => {
    expect(classify('250 2.0.0 Ok: queued as D04B3C0008B', { mx })).toMatchObject({
      rule: null,
      provider: null,
    })
  })
})

describe('who is at fault', () => {
  test('the address in brackets is the sender’s', () => {
    const input = '550 5.1.1 <bounces@example.com>: user does not exist'
    const verdict = classify(input, { mx, sender: 'Bounces@example.com', recipient: 'anna@icloud.com' })
    expect(verdict).toMatchObject({ rule: 'unknown-permanent', fault: 'unknown', disposition: 'fail' })
  })

  test.each([
    ['in brackets', '<bounces@example.com>', '<bounces@example.com>'],
    ['escaped', 'bounces@example.com', '&lt;bounces@example.com&gt;'],
  ])('the sender’s address %s', (_name, sender, named) => {
    const verdict = classify(`550 5.1.1 ${named}: user does not exist`, { mx, sender })
    expect(verdict).toMatchObject({ rule: 'unknown-permanent', disposition: 'fail' })
  })

  test('mail to oneself has the sender’s address and is about the recipient', () => {
    const context = { mx, sender: '<Anna@icloud.com>', recipient: 'anna@icloud.com' }
    expect(classify(gone, context).disposition).toBe('suppress')
  })

  test.each(['connect', 'helo', 'mail'] as const)('nothing said at %s is about a recipient', (phase) => {
    expect(classify(gone, { mx, phase })).toMatchObject({ rule: 'unknown-permanent', disposition: 'fail' })
    expect(classify('550 5.1.1', { mx, phase }).disposition).toBe('fail')
  })

  test('words of a missing mailbox suppress with a permanent code only', () => {
    expect(classify('450 4.1.1 <anna@icloud.com>: user does not exist', { mx }).disposition).toBe('retry')
    expect(classify('<anna@icloud.com>: user does not exist', { mx }).disposition).toBe('soft-bounce')
  })

  test.each([
    'smtp; 550 4.4.7 Message expired. <450 4.1.1 <anna@icloud.com>: user does not exist>',
    '550 5.4.300 Message expired -> 450 4.1.1 <anna@icloud.com>: user does not exist',
  ])('a relay that gives up does not make a temporary reply permanent: %s', (input) => {
    const verdict = classify(input, { recipient: 'anna@icloud.com' })
    expect(verdict).toMatchObject({
      rule: 'invalid-recipient',
      disposition: 'soft-bounce',
      confidence: 'low',
    })
  })

  test('what our own message says, returned in a bounce, is not the reply', () => {
    const bounce = (diagnostic: string, subject: string): string =>
      `Remote-MTA: dns; ${mx}\nDiagnostic-Code: smtp; ${diagnostic}\n\n--b\nContent-Type: message/rfc822\n\nSubject: ${subject}\n`
    for (const subject of ['user does not exist', `host ${mx}[192.0.2.1] said: ${gone}`]) {
      expect(classify(bounce('554 5.6.0 Something new', subject)).rule).toBe('unknown-permanent')
      expect(classify(bounce(gone, subject)).rule).toBe('invalid-recipient')
    }
  })

  test('an address that is spelled like a rule’s words', () => {
    expect(classify('550 5.1.1 <overquota@icloud.com>: user does not exist', { mx }).rule).toBe(
      'invalid-recipient',
    )
  })

  test('a bare 5.1.1 is a soft bounce', () => {
    expect(classify('550 5.1.1', { mx })).toMatchObject({
      rule: 'unknown-permanent',
      disposition: 'soft-bounce',
      confidence: 'low',
    })
    expect(classify('550 5.1.1 Something new', { mx }).disposition).toBe('soft-bounce')
    expect(classify('550 5.6.0 Something new', { mx }).disposition).toBe('fail')
  })

  test('a tag that is not known yet belongs to the family', () => {
    expect(classify('554 5.7.1 [HM99] Message rejected due to local policy.', { mx }).rule).toBe(
      'local-policy',
    )
    expect(classify('554 5.7.1 [XY1] Something new', { mx })).toMatchObject({
      rule: 'local-policy',
      tag: 'XY1',
    })
    expect(classify('451 [XY1] Something new', { mx }).rule).toBe('unknown-temporary')
  })

  test('one of several refused recipients', () => {
    const error = {
      response: '451 4.7.1 Service unavailable - try again later',
      rejectedErrors: [
        { recipient: 'anna@icloud.com', response: gone },
        { recipient: 'Bob@icloud.com', response: '552 5.2.2 <bob@icloud.com>: user is over quota' },
      ],
    }
    expect(classify(error, { recipient: 'anna@icloud.com' }).rule).toBe('invalid-recipient')
    expect(classify(error, { recipient: 'bob@icloud.com' }).rule).toBe('mailbox-full')
    expect(classify(error, { recipient: 'carl@icloud.com' }).rule).toBe('service-unavailable')
  })
})

describe('any input', () => {
  test.each([
    undefined,
    null,
    '',
    'hello',
    0,
    {},
    [],
    Symbol('x'),
    () => 1,
    new Uint8Array(),
    NaN,
    Object.create(null),
  ])('%o', (input) => {
    expect(classify(input, { recipient: 'anna@icloud.com' })).toMatchObject({
      rule: 'unknown-temporary',
      disposition: 'retry',
      code: null,
    })
    expect(classify(input)).toMatchObject({ rule: 'unknown-temporary', code: null })
  })

  test('an object whose fields throw', () => {
    const hostile = Object.defineProperty({}, 'response', {
      get: () => {
        throw new Error('no')
      },
    })
    expect(classify(hostile).rule).toBe('unknown-temporary')
  })

  test('never throws, and never suppresses for what is not known', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything(), fc.uint8Array()), (input) => {
        const verdict = classify(input, { mx })
        expect(verdict.disposition).not.toBe('suppress')
        expect(JSON.parse(JSON.stringify(verdict))).toHaveProperty('evidence')
      }),
    )
  })

  test('takes null for a context, as plain JavaScript hands it over', () => {
    const reply = '554 5.7.1 [HM08] Message rejected due to local policy. https://support.apple.com/102322'
    expect(classify(reply, null)).toEqual(classify(reply))
    expect(explain(reply, null)).toEqual(explain(reply))
  })

  test('hostile text of 1 MiB costs milliseconds', () => {
    for (const unit of [
      'a@',
      '<a@b>',
      '5.1.1 ',
      '550 ',
      '[CS',
      ' h=',
      'host a ',
      'said: ',
      ':: ',
      'your mail from ',
      '\n550-',
    ]) {
      const verdict = classify(unit.repeat(1_048_576 / unit.length), { recipient: 'anna@icloud.com' })
      expect(verdict.text.length).toBeLessThanOrEqual(8192)
      expect(Object.keys(verdict.evidence).length).toBeLessThan(9)
    }
  })
})

/** Upper or lower case for each letter by the toss of a coin. */
const recase = (text: string, coin: Iterator<boolean>): string =>
  text.replace(/[a-z]/gi, (letter) =>
    coin.next().value === true ? letter.toUpperCase() : letter.toLowerCase(),
  )
/** Other white space for each space by the toss of a coin. */
const refold = (text: string, coin: Iterator<boolean>, space: string): string =>
  text.replace(/ /g, () => (coin.next().value === true ? space : ' '))

describe('a known reply keeps its rule', () => {
  const known = rules.flatMap((rule) =>
    rule.wordings.length + (rule.tags?.length ?? 0) > 0
      ? rule.examples.map(({ input }) => ({ input, rule: rule.id }))
      : [],
  )
  const anyKnown = fc.constantFrom(...known)
  /** True or false for each character of a text. */
  const coins = fc.infiniteStream(fc.boolean())

  test.each([
    ['written in any case', (text: string, coin: Iterator<boolean>) => recase(text, coin)],
    ['folded', (text: string, coin: Iterator<boolean>) => refold(text, coin, '\r\n    ')],
    ['with other white space', (text: string, coin: Iterator<boolean>) => refold(text, coin, ' \t  ')],
    [
      'from Postfix',
      (text: string) => `host ${mx}[192.0.2.1] said: ${text} (in reply to end of DATA command)`,
    ],
    [
      'from Postfix, folded',
      (text: string, coin: Iterator<boolean>) =>
        refold(`host ${mx}[192.0.2.1] said: ${text}`, coin, '\n    '),
    ],
    [
      'from Exim',
      (text: string) => `H=${mx} [192.0.2.1]: SMTP error from remote mail server after end of data: ${text}`,
    ],
    ['from a DSN', (text: string) => `Diagnostic-Code: smtp; ${text}`],
    ['escaped for HTML', (text: string) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
    [
      'broken into lines in a JSON string',
      (text: string, coin: Iterator<boolean>) => `{"response":"${refold(text, coin, '\\r\\n')}"}`,
    ],
    [
      'in quoted-printable',
      (text: string, coin: Iterator<boolean>) =>
        `Diagnostic: ${refold(text.replaceAll('=', '=3D'), coin, '=\r\n ')}`,
    ],
    ['from qmail', (text: string) => `Remote_host_said:_${text.replaceAll(' ', '_')}/`],
    ['from Nodemailer', (text: string) => `Can't send mail - all recipients were rejected: ${text}`],
    ['with a transaction id', (text: string) => `${text} Txn ID 00000000-0000-0000-0000-000000000000`],
  ])('%s', (_name, change) => {
    fc.assert(
      fc.property(anyKnown, coins, ({ input, rule }, stream) => {
        expect(classify(change(input, stream[Symbol.iterator]()), { mx }).rule).toBe(rule)
      }),
    )
  })

  test('broken into lines with its code on each', () => {
    fc.assert(
      fc.property(anyKnown, coins, ({ input, rule }, stream) => {
        const [start, code, enhanced] = /^(\d{3}) ((?:\d\.\d\.\d )?)/.exec(input) ?? []
        fc.pre(start !== undefined)
        const coin = stream[Symbol.iterator]()
        const lines = input
          .slice(start.length)
          .replace(/ /g, () => (coin.next().value === true ? '\n' : ' '))
          .split('\n')
        const wire = lines
          .map((line, i) => `${code}${i < lines.length - 1 ? '-' : ' '}${enhanced}${line}`)
          .join('\r\n')
        expect(classify(wire, { mx }).rule).toBe(rule)
      }),
    )
  })
})
