import { expect, it } from 'vitest'
import { findPeer, type Peer } from './peer.ts'

function inner(host?: string, port?: number) {
  return { name: 'SMTP', version: '1', send: () => {}, options: { host, port } }
}

const relayed = (mx: string): Peer => ({ hop: 'relay', mx })
const direct = (mx: string): Peer => ({ hop: 'direct', mx })

it.each([
  ['smtp.example.com', relayed('smtp.example.com')],
  ['127.0.0.1', relayed('127.0.0.1')],
  ['localhost', relayed('relay.invalid')],
  ['p00-iscream-smtp-1', relayed('relay.invalid')],
  ['::1', relayed('relay.invalid')],
  [undefined, relayed('relay.invalid')],
  ['smtp.mail.me.com', relayed('smtp.mail.me.com')],
  ['mail.icloud.com.attacker.example', relayed('mail.icloud.com.attacker.example')],
  ['MX01.mail.icloud.com', direct('mx01.mail.icloud.com')],
])('auto: %s', (host, peer) => {
  expect(findPeer(inner(host), 'auto', [])).toEqual(peer)
})

it('never gives a relay a name of Apple', () => {
  expect(findPeer(inner('mx01.mail.icloud.com'), 'relay', [])).toEqual(relayed('relay.invalid'))
})

it('lets hosts stand for Apple', () => {
  expect(findPeer(inner('127.0.0.1', 2526), 'auto', ['127.0.0.1:2526'])).toEqual(
    direct('mx01.mail.icloud.com'),
  )
  expect(findPeer(inner('127.0.0.1', 2525), 'auto', ['127.0.0.1:2526'])).toEqual(relayed('127.0.0.1'))
  expect(findPeer(inner('127.0.0.1', 2525), 'auto', ['127.0.0.1'])).toEqual(direct('mx01.mail.icloud.com'))
})

it('takes the word of the caller for an address, and the name of a host that has one', () => {
  expect(findPeer(inner('192.0.2.1'), 'direct', [])).toEqual(direct('mx01.mail.icloud.com'))
  expect(findPeer(inner('::1'), 'direct', [])).toEqual(direct('mx01.mail.icloud.com'))
  expect(findPeer(inner('apple'), 'direct', [])).toEqual(direct('mx01.mail.icloud.com'))
  expect(findPeer(inner('smtp.example.com'), 'direct', [])).toEqual(direct('smtp.example.com'))
})

it('copes with a transport without options', () => {
  expect(findPeer({ name: 'Api', version: '1', send: () => {} }, 'auto', [])).toEqual(
    relayed('relay.invalid'),
  )
})
