import { rules, type ReplyContext } from '@icloud-delivery/rules'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../output/display-width.ts'
import { explainForPeople } from './assumed.ts'
import { explanationPage } from './explanation-page.ts'

const apple = { mx: 'mx01.mail.icloud.com' }

function page(reply: string, context: ReplyContext = {}, width = 80): string {
  return explanationPage(explainForPeople(reply, context), width, (_tone, text) => text)
}

/** A page in one line, to find sentences in. */
function flat(reply: string, context?: ReplyContext): string {
  return page(reply, context).replace(/\s+/g, ' ')
}

describe.each(rules)('$id', (rule) => {
  test('is explained whole, from its own examples', () => {
    for (const { input } of rule.examples) {
      const text = flat(input, apple)
      const told = [rule.id, rule.title, rule.meaning, ...rule.causes, ...rule.fixes, ...rule.sources]
      expect(told.filter((each) => !text.includes(each))).toEqual([])
    }
  })

  test.each([40, 80, 133])('fits into %i columns, links apart', (width) => {
    const lines = page(rule.examples[0]!.input, {}, width).split('\n')
    expect(lines.filter((line) => displayWidth(line) > width && !line.includes('://'))).toEqual([])
  })
})

test('has a checklist and the evidence', () => {
  const text = page(
    '550 5.7.1 Mail from IP 192.0.2.7 was rejected due to listing in Spamhaus SBL. For details please see https://www.spamhaus.org/query/ip/192.0.2.7',
    apple,
  )
  expect(text).toContain('\n  [ ] Look the IP up')
  expect(text).toContain('\n  IP address     192.0.2.7\n  Spamhaus list  SBL\n')
  expect(text).toContain('  Link           https://www.spamhaus.org/query/ip/192.0.2.7\n')
  expect(text).toContain('\nWhat is done  hold: The message waits, and mail of the sending IP address with')
})

test('tells tag, transaction, domain and host, and which rules stood back', () => {
  const tagged = page(
    'host mx01.mail.icloud.com[127.0.0.1] said: 554 5.7.1 [HM08] Message rejected due to local policy. (Txn ID 1f2e3d4c-5b6a)',
  )
  expect(tagged).toContain('Tag     [HM08]')
  expect(tagged).toContain('Txn ID  1f2e3d4c-5b6a')
  expect(tagged).toContain('Host    mx01.mail.icloud.com')
  expect(tagged).toContain('  - local-policy: The tag [HM08] decides before any words.')
  expect(flat("554 5.7.1 Your message was rejected due to example.org's DMARC policy.", apple)).toContain(
    'Domain example.org',
  )
})

describe('whose reply it is', () => {
  const bare = '552 5.2.2 user is over quota'
  const assumption = 'Assuming that Apple answered'

  test('is assumed to be Apple’s where nothing tells, and it says so and how to say otherwise', () => {
    const text = flat(bare)
    expect(text).toContain('mailbox-full: Mailbox over quota')
    expect(text).toContain(assumption)
    expect(text).toContain('--mx HOST')
    expect(text).toContain(', if Apple answered')
  })

  test.each([
    [{ mx: 'mx01.mail.icloud.com' }, 'mailbox-full: Mailbox'],
    [{ recipient: 'anna@icloud.com' }, 'mailbox-full: Mailbox'],
    [{ mx: 'mx.example.org' }, 'Look the words up with the provider'],
    [{ recipient: 'anna@example.org' }, 'name the host that answered: --mx HOST'],
    [{ mx: 'p00-iscream-smtp-1' }, '--recipient ADDRESS'],
  ])('is not assumed with %o', (context, words) => {
    const text = flat(bare, context)
    expect(text).toContain(words)
    expect(text).not.toContain(assumption)
  })

  test('is not assumed where the reply tells', () => {
    expect(flat('550 5.1.1 <anna@icloud.com>: user does not exist')).not.toContain(assumption)
    expect(flat('host mx.example.org[192.0.2.1] said: 552 5.2.2 user is over quota')).toContain(
      'Not Apple’s reply 552 5.2.2',
    )
  })

  test('matters: another provider’s reply suppresses nobody', () => {
    const text = flat('550 5.1.1 user does not exist', { mx: 'mx.example.org' })
    expect(text).toContain('Nothing is counted or suppressed')
    expect(text).toContain('invalid-recipient: The words match, but')
    expect(text).not.toContain('[ ] Remove')
  })
})

describe('what is done', () => {
  test.each([
    ['552 5.2.2 user is over quota', 'retry: The message is sent again later. The recipient stays.'],
    ['550 5.1.1 user does not exist', 'suppress: The message is given up, and nothing more is sent'],
    ['550 5.1.1 something new', 'soft-bounce: The message is given up, and a soft bounce is counted'],
    [
      '554 5.7.1 [HM08] no',
      'fail: The message is given up. The recipient stays. If such replies pile up, this stream',
    ],
    ['452 something new', 'retry: The message is sent again later. The recipient stays. How'],
    ['550 something new', 'fail: The message is given up. The recipient stays. How'],
  ])('with %s', (reply, words) => {
    expect(flat(reply, apple)).toContain(`What is done ${words}`)
  })
})

test('without a code it is unknown, and the page says what to paste', () => {
  const text = flat('it did not work')
  expect(text).toContain('unknown-temporary: Unknown temporary reply it did not work')
  expect(text).toContain('What to do [ ] No reply code was found: paste the whole reply')
  expect(flat('')).toContain('(empty)')
})

test('what is no refusal has nothing to mend', () => {
  expect(page('250 2.0.0 Ok: queued')).toBe(
    'Not a refusal\n\n  250 2.0.0 Ok: queued\n\n250 means that it was accepted. There is nothing to mend.\n',
  )
})

test('remote text cannot steer the terminal or flood it', () => {
  const text = page(`554 5.7.1 [HM08] \u001b]0;x\u0007\u202e${'y'.repeat(100_000)}`, apple)
  expect(text).toContain('\\u001b]0;x\\u0007\\u202eyyy')
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(text.length).toBeLessThan(6000)
})
