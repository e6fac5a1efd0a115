import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeCertificate } from './certificate.ts'

const year = 365 * 86_400_000

test('holds for the names and addresses of all hosts, and can be named as an authority', async () => {
  const now = Date.UTC(2027, 2, 14, 15, 9, 26)
  const { cert, key } = await makeCertificate(
    [
      { name: 'mx01.mail.icloud.com', address: '127.0.0.1' },
      { name: 'mx02.mail.icloud.com', address: '127.0.0.1' },
      { name: 'mx03.mail.icloud.com', address: '::1' },
      { name: 'mx04.mail.icloud.com', address: '2001:db8:0:1::192.0.2.255' },
      { name: 'mx05.mail.icloud.com', address: 'fe80::1%lo0' },
    ],
    now,
  )
  const certificate = new X509Certificate(cert)
  expect(certificate.subjectAltName?.split(', ')).toEqual([
    'DNS:mx01.mail.icloud.com',
    'DNS:mx02.mail.icloud.com',
    'DNS:mx03.mail.icloud.com',
    'DNS:mx04.mail.icloud.com',
    'DNS:mx05.mail.icloud.com',
    'IP Address:127.0.0.1',
    'IP Address:0:0:0:0:0:0:0:1',
    'IP Address:2001:DB8:0:1:0:0:C000:2FF',
    'IP Address:FE80:0:0:0:0:0:0:1',
  ])
  expect(certificate.checkHost('mx02.mail.icloud.com')).toBe('mx02.mail.icloud.com')
  expect(certificate.checkIP('::1')).toBe('::1')
  expect(certificate.checkHost('mx.example.com')).toBeUndefined()
  expect(certificate.ca).toBe(true)
  expect(certificate.subject).toBe('CN=mx01.mail.icloud.com')
  expect(certificate.validFromDate).toEqual(new Date(now - year / 365))
  expect(certificate.validToDate).toEqual(new Date(now + year))
  expect(certificate.checkIssued(certificate)).toBe(true)
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true)
})

test.each([1, 2, 20, 400])('can be read with %d hosts, however long their names are', async (count) => {
  const name = (at: number): string => `${'a'.repeat(60)}.${'b'.repeat(60)}.host-${at}.example`
  const hosts = Array.from({ length: count }, (_, at) => ({ name: name(at), address: '127.0.0.1' }))
  const certificate = new X509Certificate((await makeCertificate(hosts)).cert)
  expect(certificate.checkHost(name(count - 1))).toBe(name(count - 1))
  expect(certificate.verify(certificate.publicKey)).toBe(true)
})

test.each([2049, 2050])('says in %d how long it holds', async (at) => {
  const now = Date.UTC(at, 6, 1)
  const hosts = [{ name: 'mx01.mail.icloud.com', address: '127.0.0.1' }]
  const certificate = new X509Certificate((await makeCertificate(hosts, now)).cert)
  expect(certificate.validFromDate).toEqual(new Date(now - year / 365))
  expect(certificate.validToDate).toEqual(new Date(now + year))
})

test('has a serial number of its own each time', async () => {
  const hosts = [{ name: 'mx01.mail.icloud.com', address: '127.0.0.1' }]
  const [one, other] = await Promise.all([makeCertificate(hosts), makeCertificate(hosts)])
  expect(new X509Certificate(one.cert).serialNumber).not.toBe(new X509Certificate(other.cert).serialNumber)
})
