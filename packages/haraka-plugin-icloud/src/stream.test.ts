import { describe, expect, it } from 'vitest'
import type { Connection, Transaction } from './haraka.ts'
import { readSettings } from './settings.ts'
import { readStream, streamAndLane } from './stream.ts'

const { settings } = readSettings({ lanes: { marketing: 'bulk' } })

function connection(relaying: boolean, header: string): Connection & { transaction: Transaction } {
  const headers = new Map([['X-Stream', header]])
  return {
    relaying,
    transaction: {
      notes: {},
      header: { get: (name: string) => headers.get(name) ?? '' },
      remove_header: (name: string) => headers.delete(name),
    } as unknown as Transaction,
  }
}

describe('readStream', () => {
  it('takes a configured stream from a client that may relay, and the header out', () => {
    const { transaction, ...rest } = connection(true, ' marketing\r\n')
    readStream({ ...rest, transaction }, settings)
    expect(transaction.notes).toEqual({ icloud: { stream: 'marketing' } })
    expect(transaction.header.get('X-Stream')).toBe('')
  })

  it('does not take one that is not configured', () => {
    const { transaction, ...rest } = connection(true, 'urgent')
    readStream({ ...rest, transaction }, settings)
    expect(transaction.notes).toEqual({})
    expect(transaction.header.get('X-Stream')).toBe('')
  })

  it('leaves the header of a client that may not relay alone', () => {
    const { transaction, ...rest } = connection(false, 'marketing')
    readStream({ ...rest, transaction }, settings)
    expect(transaction.notes).toEqual({})
    expect(transaction.header.get('X-Stream')).toBe('marketing')
  })
})

describe('streamAndLane', () => {
  it('has a default for both', () => {
    expect(streamAndLane({}, settings)).toEqual({ stream: 'transactional', lane: 'default' })
  })

  it('looks the lane up by the stream', () => {
    expect(streamAndLane({ icloud: { stream: 'marketing' } }, settings)).toEqual({
      stream: 'marketing',
      lane: 'bulk',
    })
  })
})
