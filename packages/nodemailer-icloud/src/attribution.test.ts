import { expect, it } from 'vitest'
import { attribute } from './attribution.ts'
import type { ErrorLike, InfoLike } from './nodemailer-shapes.ts'

const anna = 'anna@icloud.com'

function failed(fields: Partial<ErrorLike>): { error: ErrorLike; info: InfoLike } {
  return { error: Object.assign(new Error('Failed'), fields), info: {} }
}

const refused = Object.assign(new Error('Refused'), {
  recipient: anna,
  response: '550 no',
  responseCode: 550,
})

it('prefers the reply to the recipient over the one to the transaction', () => {
  const result = failed({
    response: '451 later',
    responseCode: 451,
    rejectedErrors: [{ recipient: 'b@me.com' }, refused],
  })
  expect(attribute(result, anna, false, null)).toEqual({ kind: 'reply', error: refused })
})

it('finds a refusal in a success, as LMTP has it', () => {
  const info = { accepted: [], rejected: [anna], rejectedErrors: [refused] }
  expect(attribute({ error: null, info }, anna, true, null)).toEqual({ kind: 'reply', error: refused })
})

it('gives a reply to the transaction to one who was alone in it', () => {
  const result = failed({ code: 'EMESSAGE', command: 'DATA', response: '554 no' })
  expect(attribute(result, anna, true, null)).toMatchObject({ kind: 'reply' })
  expect(attribute(result, anna, false, null)).toMatchObject({ kind: 'unattributed' })
})

it.each([{ code: 'ECONNECTION' }, { code: 'ESTREAM', response: '' }, { responseCode: 0 }])(
  'sees that nobody answered: %j',
  (fields) => {
    expect(attribute(failed(fields), anna, true, null)).toMatchObject({ kind: 'no-reply' })
  },
)

it('takes a code without words for a reply', () => {
  expect(attribute(failed({ responseCode: 421 }), anna, true, null)).toMatchObject({ kind: 'reply' })
})

it('finds what was noted in the envelope of a transaction that broke off', () => {
  const broken = failed({ code: 'ECONNECTION' })
  const envelope = { from: 'news@example.com', to: [anna], rejectedErrors: [refused] }
  expect(attribute(broken, anna, false, envelope)).toEqual({ kind: 'reply', error: refused })
  expect(attribute(broken, 'bert@icloud.com', false, envelope).kind).toBe('no-reply')
  expect(attribute({ error: null, info: {} }, anna, true, envelope).kind).toBe('delivered')
})

it('finds a refused MAIL FROM there, and gives it to one who was alone', () => {
  const mailError = Object.assign(new Error('Refused'), { response: '451 later', responseCode: 451 })
  const envelope = { from: 'news@example.com', to: [anna], rejectedErrors: [], mailError }
  const broken = failed({ code: 'ECONNECTION' })
  expect(attribute(broken, anna, true, envelope)).toEqual({ kind: 'reply', error: mailError })
  expect(attribute(broken, anna, false, envelope)).toEqual({ kind: 'unattributed', error: mailError })
  expect(attribute(broken, anna, true, { ...envelope, mailError: 'odd' }).kind).toBe('no-reply')
})

it.each([
  [{}, 'delivered'],
  [{ accepted: [anna], response: '250 ok' }, 'delivered'],
  [{ accepted: [anna], rejected: [anna] }, 'delivered'],
  [{ pending: [anna] }, 'pending'],
  [{ pending: [{ name: 'Anna', address: anna }] }, 'pending'],
  [{ rejected: [anna] }, 'no-reply'],
  [{ rejectedErrors: [null, {}] }, 'delivered'],
])('reads %j as %s', (info, kind) => {
  expect(attribute({ error: null, info }, anna, true, null).kind).toBe(kind)
})
