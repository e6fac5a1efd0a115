import { expect, test } from 'vitest'
import { classify } from './classify.ts'

const mx = 'mx01.mail.icloud.com'

test.each([
  [
    '550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.10',
    { ip: '192.0.2.10', url: 'https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.10' },
  ],
  ['550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=2001:db8::1', { ip: '2001:db8::1' }],
  [
    '550 5.7.1 Mail from IP 192.0.2.10 was rejected due to listing in Spamhaus XBL. For details please see http://www.spamhaus.org/query/bl?ip=192.0.2.10',
    { ip: '192.0.2.10', list: 'XBL', url: 'http://www.spamhaus.org/query/bl?ip=192.0.2.10' },
  ],
  [
    '550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL -- see https://www.spamhaus.org/dbl/',
    { list: 'DBL' },
  ],
  [
    "554 5.7.1 Your message was rejected due to example.org's DMARC policy. See https://support.apple.com/en-us/HT204137 for info",
    { domain: 'example.org' },
  ],
  [
    '550 5.7.1 Your message was rejected due to mail.example.com’s DMARC policy.',
    { domain: 'mail.example.com' },
  ],
  ['550 5.7.1 Your message was rejected due to example.com DMARC policy.', { domain: 'example.com' }],
  [
    '450 4.1.8 <bounces@em.example.com>: Sender address rejected: Domain not found',
    { address: 'bounces@em.example.com', domain: 'em.example.com' },
  ],
  ['554 5.7.1 Your message was rejected due to bücher.example’s DMARC policy.', { domain: 'bücher.example' }],
  ['451 4.7.1 Service unavailable – try again later', { matched: 'Service unavailable – try again later' }],
  [
    '550 5.7.0 Blocked - see https:\\/\\/ipcheck.proofpoint.com\\/?ip=192.0.2.10',
    { url: 'https://ipcheck.proofpoint.com/?ip=192.0.2.10' },
  ],
  [
    '552 5.3.0 <bob@icloud.com>: something new 550 5.1.1 <anna@icloud.com>: user does not exist',
    { address: 'anna@icloud.com' },
  ],
  ['550 5.1.1 <anna@icloud.com>: user does not exist (<bob@icloud.com>)', { address: 'anna@icloud.com' }],
  ['450 4.7.1 <mta.example.com>: Helo command rejected: Host not found', { domain: 'mta.example.com' }],
  [
    '550 5.1.6 user no longer on system:anna@icloud.com',
    { address: 'anna@icloud.com', matched: 'user no longer on system' },
  ],
  [
    '552 5.2.2 <anna@icloud.com>: User is\r\n  OVER Quota',
    { address: 'anna@icloud.com', matched: 'OVER Quota' },
  ],
  [
    '554 5.7.1 [HM08] Message rejected due to local policy. Txn ID 01234567-89ab-cdef-0123-456789abcdef',
    { matched: '[HM08]', transactionId: '01234567-89ab-cdef-0123-456789abcdef' },
  ],
  [
    `host ${mx}[192.0.2.1] said: 550 5.1.1 <anna@icloud.com>: inactive email address`,
    { host: mx, address: 'anna@icloud.com' },
  ],
])('%s', (input, evidence) => {
  expect(classify(input, { mx }).evidence).toMatchObject(evidence)
})

test('the answering host’s own IP address is not the listed one', () => {
  const line = `550 5.1.1 <anna@icloud.com>: user does not exist,${mx} (192.0.2.1),"remoteMtaIp":"192.0.2.1"`
  expect(classify(line, { mx }).evidence).not.toHaveProperty('ip')
})

test('an IP address is not read out of version numbers, dates or codes', () => {
  expect(
    classify('550 5.7.1 at 12:50:55, release 10.9.8, code 5.1.1.2.3', { mx }).evidence,
  ).not.toHaveProperty('ip')
})
