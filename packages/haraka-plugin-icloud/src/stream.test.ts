import { expect, it } from 'vitest'
import type { Header } from './haraka.ts'
import { standardStream, streamBySign } from './stream.ts'

const streams = ['transactional', 'marketing']

function header(lines: Record<string, string>): Header {
  return {
    get: (name) => (lines[name] === undefined ? '' : `${lines[name]}\n`),
    get_addresses: () => [],
    header_list: [],
  }
}

const list = { 'List-Unsubscribe': '<https://example.com/u>' }

it.each([
  [{ ...list, Precedence: 'bulk' }, 'marketing'],
  [{ ...list, Precedence: ' List' }, 'marketing'],
  [{ ...list, 'Feedback-ID': 'spring:example' }, 'marketing'],
  [list, undefined],
  [{ ...list, Precedence: 'first-class' }, undefined],
  [{ Precedence: 'bulk', 'Feedback-ID': 'spring:example' }, undefined],
  [{}, undefined],
])('%j: %s', (lines, stream) => {
  expect(streamBySign(header(lines), { streams })).toBe(stream)
})

it('a sign names no stream that is not configured', () => {
  expect(streamBySign(header({ ...list, Precedence: 'bulk' }), { streams: ['news'] })).toBeUndefined()
})

it('without a word of anybody mail is transactional', () => {
  expect(standardStream({ stream: null })).toBe('transactional')
  expect(standardStream({ stream: 'news' })).toBe('news')
})
