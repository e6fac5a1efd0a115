import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { dataFromJson, dataToJson } from './data-json.ts'

it('gives back what it was given, bytes and dates too', () => {
  const data = {
    to: ['a@icloud.com', { name: 'B', address: 'b@icloud.com' }],
    date: new Date(5),
    attachments: [{ content: Buffer.from('All of it'), contentType: 'text/plain' }],
    tricky: { $: ['bytes', 'no'], more: { $: 1 } },
    nothing: null,
    flag: false,
  }
  expect(dataFromJson(dataToJson({ data }))).toEqual({ data })
  expect(dataFromJson(dataToJson({ href: new URL('https://example.com/a'), gone: undefined }))).toEqual({
    href: 'https://example.com/a',
  })
})

it('takes no name for one of the language', () => {
  const data = JSON.parse('{"__proto__": {"polluted": true}}') as object
  const back = dataFromJson(dataToJson({ data }))['data'] as object
  expect(Object.keys(back)).toEqual(['__proto__'])
  expect(({} as { polluted?: true }).polluted).toBeUndefined()
})

it.each([
  [{ attachments: [{ filename: 'a', make: () => {} }] }, 'the mail.attachments[0].make with an outbox'],
  [{ html: Readable.from([]) }, 'the mail.html with an outbox'],
  [{ tags: new Map() }, 'found "an object of Map"'],
  [{ weight: NaN }, 'the mail.weight'],
  [{ id: 1n }, 'the mail.id'],
])('refuses what it cannot store, by its name', (data, complaint) => {
  expect(() => dataToJson({ data })).toThrow(complaint)
})

it('refuses what never ends', () => {
  const round: Record<string, unknown> = {}
  round['again'] = round
  expect(() => dataToJson({ data: round })).toThrow('nested less deeply')
})
