import { describe, expect, test } from 'vitest'
import { isAppleDomain, isAppleMx, isPrivateRelayDomain, isUndottedAppleHost } from './apple-hosts.ts'

describe('isAppleDomain', () => {
  test.each([
    'icloud.com',
    'me.com',
    'mac.com',
    'privaterelay.appleid.com',
    'private.icloud.com',
    'ICLOUD.COM',
    'icloud.com.',
  ])('%s is', (domain) => expect(isAppleDomain(domain)).toBe(true))
  test.each([
    'fakeicloud.com',
    'icloud.com.attacker.example',
    'home.com',
    'notme.com',
    'apple.com',
    'appleid.com',
    'com',
    '',
    '.',
    'user@icloud.com',
  ])('%s is not', (domain) => expect(isAppleDomain(domain)).toBe(false))
})

describe('isAppleMx', () => {
  test.each([
    'mx01.mail.icloud.com',
    'MX02.MAIL.ICLOUD.COM.',
    'mx6.mail.icloud.com',
    'st11p00im-smtpin005.me.com',
    'mr28p00im-smtpin001.me.com',
    'mx2.me.com.akadns.net',
    'smtp-mx1.mac.com',
    'smtp3.privaterelay.appleid.com',
  ])('%s is', (host) => expect(isAppleMx(host)).toBe(true))
  test.each([
    'icloud.com',
    '.mail.icloud.com',
    'mail.icloud.com',
    'mail.icloud.com.attacker.example',
    'mx01.fakemail.icloud.com.example',
    'fakeicloud.com',
    'mx.fakeicloud.com',
    'mx01-mail.icloud.com',
    'mail-in2.apple.com',
    '192.0.2.1',
    '',
  ])('%s is not', (host) => expect(isAppleMx(host)).toBe(false))
  test.each([
    'smtp.mail.me.com',
    'smtp.mail.icloud.com',
    'p34-smtp.mail.me.com',
    'st13p00im-asmtp001.me.com',
    'mr21p00im-asmtp003.me.com',
  ])('%s submits or sends, and is no MX', (host) => expect(isAppleMx(host)).toBe(false))
})

test('isUndottedAppleHost knows the pods and nothing else', () => {
  expect(isUndottedAppleHost('p00-iscream-smtp-7b95d6f6c9-64bmv')).toBe(true)
  expect(isUndottedAppleHost('localhost')).toBe(false)
  expect(isUndottedAppleHost('p00-iscream-smtp.example.com')).toBe(false)
})

describe('isPrivateRelayDomain', () => {
  test.each([
    'privaterelay.appleid.com',
    'PrivateRelay.AppleID.com.',
    'private.icloud.com',
    'a.private.icloud.com',
  ])('%s is', (domain) => expect(isPrivateRelayDomain(domain)).toBe(true))
  test.each(['icloud.com', 'appleid.com', 'notprivate.icloud.com', 'private.icloud.com.example', ''])(
    '%s is not',
    (domain) => expect(isPrivateRelayDomain(domain)).toBe(false),
  )
})
