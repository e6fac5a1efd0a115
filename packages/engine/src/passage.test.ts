import { expect, it } from 'vitest'
import { Passages } from './passage.ts'

const news = { sender: 'news@example.com', stream: 'marketing', lane: 'a', hop: 'direct' } as const

it('follows every part of a request, whatever came before', () => {
  const passages = new Passages()
  const requests = [
    news,
    news,
    { ...news, sender: 'news@example.org' },
    { ...news, stream: 'other' },
    { ...news, lane: 'b' },
    { ...news, hop: 'relay' },
    { ...news, from: 'shop@example.org' },
    { ...news, submitter: 'tool' },
    { ...news, campaign: 'spring' },
    { sender: '' },
    // The same letters, cut in other places.
    { sender: 'news@example.com', stream: 'ab', lane: 'c' },
    { sender: 'news@example.com', stream: 'a', lane: 'bc' },
    { sender: 'news@example.com', stream: 'abc' },
    { sender: 'news@example.com', lane: 'abc' },
    { ...news, lane: 'x'.repeat(2000) },
    { ...news, lane: 'x'.repeat(2000) },
    news,
  ] as const
  for (const request of requests) {
    expect(passages.of(request, 'admit')).toEqual(new Passages().of(request, 'admit'))
  }
  expect(passages.of(news, 'record').scopeKeys).toEqual([
    'scope/sending-ip/a',
    'scope/stream/a/marketing',
    'scope/sending-domain/example.com',
    'scope/sending-domain/example.com/marketing/a',
  ])
})

it('leads past the From domain of a submitter, and past a campaign', () => {
  const request = {
    ...news,
    from: 'Shop <info@Example.ORG>',
    submitter: 'a b/c',
    campaign: 'spring',
  } as const
  const { route, scopeKeys } = new Passages().of(request, 'admit')
  expect(route).toMatchObject({ fromDomain: 'example.org', submitter: 'a_b_c', author: 'a_b_c' })
  expect(scopeKeys.slice(3)).toEqual([
    'scope/sending-domain/example.org/marketing/a_b_c',
    'scope/campaign/spring',
  ])
})

it.each([
  ['example.org', 'example.org'],
  ['<info@example.org>', 'example.org'],
  ['what is this', 'example.com'],
  ['', 'example.com'],
])('takes From %j for %s', (from, fromDomain) => {
  expect(new Passages().of({ ...news, from }, 'admit').route).toMatchObject({ fromDomain })
})

it.each([
  ['news+1234@Example.com', 'news@example.com'],
  ['+1@example.com', '+1@example.com'],
  ['', '<>'],
])('knows mail of %j by %s', (sender, author) => {
  expect(new Passages().of({ sender }, 'admit').route).toMatchObject({ author })
})

it('keeps what stands in a domain out of the parts of a key', () => {
  const { scopeKeys } = new Passages().of({ sender: 'a@example.com/marketing/a' }, 'admit')
  expect(scopeKeys).toContain('scope/sending-domain/example.com_marketing_a')
})

it('remembers those that are asked for in turn', () => {
  const passages = new Passages()
  const first = passages.of(news, 'admit')
  expect(passages.of({ ...news, lane: 'b' }, 'admit')).not.toBe(first)
  expect(passages.of({ ...news }, 'record')).toBe(first)
})

it('refuses wrong types each time', () => {
  const passages = new Passages()
  for (const wrong of [
    { sender: 1 },
    { sender: 1 },
    { ...news, stream: {} },
    { ...news, from: 1 },
    { ...news, submitter: {} },
  ]) {
    expect(() => passages.of(wrong as never, 'admit')).toThrow(
      expect.objectContaining({ code: 'EARGUMENT', message: expect.stringContaining('admit') }),
    )
  }
})
