import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { MessageLike } from './nodemailer-shapes.ts'
import { hasSingleUseContent, withoutStreams } from './single-use-content.ts'

const stream = () => Readable.from(['bytes'])

it.each([
  { text: stream() },
  { html: { path: './a.html' } },
  { amp: { href: 'https://example.com/a' } },
  { raw: stream() },
  { raw: { path: './a.eml' } },
  { icalEvent: { content: stream() } },
  { attachments: [{ content: 'a' }, { content: stream() }] },
  { attachments: [{ raw: { path: './a' } }] },
  { alternatives: [{ href: 'https://example.com/a' }] },
])('cannot be read twice: case %#', (data) => {
  expect(hasSingleUseContent(data)).toBe(true)
})

it('can be read twice', () => {
  const data = {
    text: 'a',
    html: Buffer.from('a'),
    attachments: [{ content: Buffer.from('a') }, { content: 'a' }],
  }
  expect(hasSingleUseContent(data)).toBe(false)
})

it('replaces streams by their bytes, in the tree too, and leaves the given objects alone', async () => {
  const content = stream()
  const raw = stream()
  const attachment = { filename: 'a', content }
  const data = { subject: 'Hello', text: 'a', raw, attachments: [attachment, { content: 'b' }] }
  const leaf = { content } as unknown as MessageLike
  const root = { _raw: raw, childNodes: [leaf] } as unknown as MessageLike
  const copy = await withoutStreams(data, root)
  const bytes = Buffer.from('bytes')
  expect(copy).toEqual({
    subject: 'Hello',
    text: 'a',
    raw: bytes,
    attachments: [{ filename: 'a', content: bytes }, { content: 'b' }],
  })
  expect(leaf.content).toEqual(bytes)
  expect(root._raw).toEqual(bytes)
  expect(attachment.content).toBe(content)
})
