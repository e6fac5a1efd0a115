import { describe, expect, it } from 'vitest'
import { foldMailbox, isOtherMailbox } from './address.ts'

describe('foldMailbox', () => {
  it.each([
    ['Anna@ME.com', 'anna@me.com', 'anna@icloud.com'],
    ['<anna@mac.com>', 'anna@mac.com', 'anna@icloud.com'],
    ['anna@iCloud.com', 'anna@icloud.com', 'anna@icloud.com'],
    ['anna@mail.me.com', 'anna@mail.me.com', 'anna@mail.me.com'],
    ['anna@notme.com', 'anna@notme.com', 'anna@notme.com'],
    ['"a@me.com"@example.org', '"a@me.com"@example.org', '"a@me.com"@example.org'],
    ['me.com', null, null],
    ['anna@icloud.com.', 'anna@icloud.com', 'anna@icloud.com'],
    ['<"Anna.B"@me.com.>', 'anna.b@me.com', 'anna.b@icloud.com'],
    ['"anna b"@icloud.com', null, null],
    ['"anna."@icloud.com', '"anna."@icloud.com', '"anna."@icloud.com'],
    ['""@icloud.com', '""@icloud.com', '""@icloud.com'],
    ['anna@.', null, null],
  ])('makes of %s: %s, and as one mailbox %s', (address, folded, one) => {
    expect([foldMailbox(address, false), foldMailbox(address, true)]).toEqual([folded, one])
  })
})

describe('isOtherMailbox', () => {
  it.each([
    ['anna@icloud.com', 'anna@me.com', true, false],
    ['ANNA@mac.com', 'Anna@Me.com', true, false],
    ['anna', 'anna@me.com', false, false],
    ['berta@icloud.com', 'anna@me.com', true, true],
    ['berta', 'anna@me.com', true, true],
    ['', 'anna@me.com', false, false],
  ])('of a reply that names %s to %s: %s, and as one mailbox %s', (named, recipient, other, asOne) => {
    expect([isOtherMailbox(named, recipient, false), isOtherMailbox(named, recipient, true)]).toEqual([
      other,
      asOne,
    ])
  })
})
