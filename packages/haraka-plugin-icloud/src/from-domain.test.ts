import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { fromDomainOf } from './from-domain.ts'
import type { Header } from './haraka.ts'

const ofHaraka = createRequire(createRequire(import.meta.url).resolve('Haraka/package.json'))
const { Header: HarakaHeader } = ofHaraka('haraka-email-message') as {
  Header: new () => Header & { parse(lines: string[]): void }
}

function headerOf(...from: string[]): Header {
  const header = new HarakaHeader()
  header.parse([...from.map((value) => `From: ${value}\n`), 'Subject: Hi\n'])
  return header
}

function parsed(header: Header): string | undefined {
  try {
    return header.get_addresses('from')[0]?.host || undefined
  } catch {
    return undefined
  }
}

const plain: [from: string, domain: string][] = [
  ['news@example.com', 'example.com'],
  ['Trains <news@example.com>', 'example.com'],
  ['  The 3 Trains <a.b+c_d-e@mail.example.co.uk>  ', 'mail.example.co.uk'],
]

const others = [
  '<news@example.com>',
  'Trains <news@example.com',
  'news@example.com>',
  '"Trains, Ltd." <news@example.com>',
  '=?utf-8?q?Z=C3=BCge?= <news@example.com>',
  'Trains <news@EXAMPLE.com>',
  'Anna <anna@example.com>, Bert <bert@example.org>',
  'anna@example.com, bert@example.org',
  'Friends: anna@example.com;',
  'anna@[192.0.2.1]',
  'anna@localhost',
  'a..b@example.com',
  'anna@example..com',
  'anna@-example.com',
  'anna@example.com (Anna)',
  'nobody',
  `${'a '.repeat(50_000)}<`,
  `a@${'a.'.repeat(90)}1`,
  '@example.com',
  '',
]

it.each(plain)('%s: without the parser', (from, domain) => {
  const header = headerOf(from)
  expect(parsed(header)).toBe(domain)
  expect(fromDomainOf({ get: (name) => header.get(name), get_addresses: () => [] })).toBe(domain)
})

it.each(others)('%s: what the parser says', (from) => {
  const header = headerOf(from)
  expect(fromDomainOf(header)).toBe(parsed(header))
})

it('of two From headers: what the parser says', () => {
  const header = headerOf('anna@example.com', 'bert@example.org')
  expect(fromDomainOf(header)).toBe(parsed(header))
})
