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
  expect(attribute(result, anna, false)).toEqual({ kind: 'reply', error: refused })
})

it('finds a refusal in a success, as LMTP has it', () => {
  const info = { accepted: [], rejected: [anna], rejectedErrors: [refused] }
  expect(attribute({ error: null, info }, anna, true)).toEqual({ kind: 'reply', error: refused })
})

it('gives a reply to the transaction to one who was alone in it', () => {
  const result = failed({ code: 'EMESSAGE', command: 'DATA', response: '554 no' })
  expect(attribute(result, anna, true)).toMatchObject({ kind: 'reply' })
  expect(attribute(result, anna, false)).toMatchObject({ kind: 'unattributed' })
})

it.each([{ code: 'ECONNECTION' }, { code: 'ESTREAM', response: '' }, { responseCode: 0 }])(
  'sees that nobody answered: %j',
  (fields) => {
    expect(attribute(failed(fields), anna, true)).toMatchObject({ kind: 'no-reply' })
  },
)

it('takes a code without words for a reply', () => {
  expect(attribute(failed({ responseCode: 421 }), anna, true)).toMatchObject({ kind: 'reply' })
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
  expect(attribute({ error: null, info }, anna, true).kind).toBe(kind)
})
