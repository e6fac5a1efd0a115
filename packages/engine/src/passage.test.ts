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
    'scope/sending-domain/example.com/marketing',
  ])
})

it('remembers those that are asked for in turn', () => {
  const passages = new Passages()
  const first = passages.of(news, 'admit')
  expect(passages.of({ ...news, lane: 'b' }, 'admit')).not.toBe(first)
  expect(passages.of({ ...news }, 'record')).toBe(first)
})

it('refuses wrong types each time', () => {
  const passages = new Passages()
  for (const wrong of [{ sender: 1 }, { sender: 1 }, { ...news, stream: {} }]) {
    expect(() => passages.of(wrong as never, 'admit')).toThrow(
      expect.objectContaining({ code: 'EARGUMENT', message: expect.stringContaining('admit') }),
    )
  }
})
