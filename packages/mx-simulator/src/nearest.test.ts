import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

test.each([
  ['prot', 'port'],
  ['latency', 'latencyMs'],
  ['delay', null],
  ['latencyms', 'latencyMs'],
  ['hots', 'hosts'],
  ['startls', 'starttls'],
  ['x', null],
  ['', null],
])('%j is near %j', (name, expected) => {
  expect(nearest(name, ['hosts', 'port', 'latencyMs', 'starttls'])).toBe(expected)
})
